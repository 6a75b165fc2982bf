-- One database and one role a store: whoever holds one credential reads one store. Run once, by the image's first start.
-- Each password comes out of the very secret the bot reads: postgresql+psycopg://role:password@host/database.
\set ON_ERROR_STOP on
\if :{?secrets}
\else
  \set secrets /run/secrets
\endif

\set main_password `sed 's|^[^:]*://[^:]*:\([^@]*\)@.*$|\1|' :'secrets'/main_url`
\set main_keys_password `sed 's|^[^:]*://[^:]*:\([^@]*\)@.*$|\1|' :'secrets'/main_keys_url`
\set health_password `sed 's|^[^:]*://[^:]*:\([^@]*\)@.*$|\1|' :'secrets'/health_url`
\set health_keys_password `sed 's|^[^:]*://[^:]*:\([^@]*\)@.*$|\1|' :'secrets'/health_keys_url`

CREATE ROLE carnet_main LOGIN NOINHERIT PASSWORD :'main_password';
CREATE ROLE carnet_main_keys LOGIN NOINHERIT PASSWORD :'main_keys_password';
CREATE ROLE carnet_health LOGIN NOINHERIT PASSWORD :'health_password';
CREATE ROLE carnet_health_keys LOGIN NOINHERIT PASSWORD :'health_keys_password';

CREATE DATABASE carnet_main OWNER carnet_main;
CREATE DATABASE carnet_main_keys OWNER carnet_main_keys;
CREATE DATABASE carnet_health OWNER carnet_health;
CREATE DATABASE carnet_health_keys OWNER carnet_health_keys;

-- With the role rather than with a session: whoever is behind PgBouncer has no session of their own.
-- Nothing Carnet does takes ten minutes; what does keeps vacuum from all queues. See docs/operations.md.
ALTER ROLE carnet_main SET statement_timeout = '10min';
ALTER ROLE carnet_main_keys SET statement_timeout = '10min';
ALTER ROLE carnet_health SET statement_timeout = '10min';
ALTER ROLE carnet_health_keys SET statement_timeout = '10min';
ALTER ROLE carnet_main SET idle_in_transaction_session_timeout = '1min';
ALTER ROLE carnet_main_keys SET idle_in_transaction_session_timeout = '1min';
ALTER ROLE carnet_health SET idle_in_transaction_session_timeout = '1min';
ALTER ROLE carnet_health_keys SET idle_in_transaction_session_timeout = '1min';

-- PostgreSQL lets every role connect to every database unless told otherwise.
REVOKE ALL ON DATABASE carnet_main, carnet_main_keys, carnet_health, carnet_health_keys FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;

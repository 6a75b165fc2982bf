"""Runs the rollout's migrations on a connection the caller opened, beside whatever else its database holds."""

from alembic import context

from rollout.migrate import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()

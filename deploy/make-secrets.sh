#!/bin/sh
# Makes the secrets compose.yaml reads, once: one database password a store, one key-encryption key a space.
# Nothing that exists is replaced: a new key would not open what the old one sealed.
# Keep a copy of kek_main and kek_health away from every backup of the databases; without them nothing opens again.
set -eu
folder=${1:-secrets}
umask 077
mkdir -p "$folder"

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
make() { # name, value: readable by the containers' own users; the folder is what keeps others out
  if [ ! -e "$folder/$1" ]; then
    printf '%s' "$2" >"$folder/$1.new"
    chmod 0444 "$folder/$1.new"
    mv "$folder/$1.new" "$folder/$1"
  fi
}

chmod 0700 "$folder"
printf '*\n' >"$folder/.gitignore" # a secret is never committed by mistake
make postgres_password "$(random 24)"
for store in main main_keys health health_keys; do
  make "${store}_url" "postgresql+psycopg://carnet_$store:$(random 24)@postgres/carnet_$store"
done
for space in main health; do
  make "kek_$space" "$(random 32)"
done
make webhook_secret "$(random 32)"
# Filled in once the stores exist; what is empty is asked for by name.
for space in general health; do
  if [ ! -e "$folder/${space}_public_key" ]; then
    : >"$folder/${space}_public_key"
    chmod 0644 "$folder/${space}_public_key"
  fi
done
if [ ! -s "$folder/telegram_token" ]; then
  echo "Now put the token @BotFather gave you into $folder/telegram_token (chmod 0444)." >&2
fi

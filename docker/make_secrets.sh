#!/bin/sh
# Long random passwords and the addresses made of them, once; what exists is left alone.
#   docker/make_secrets.sh [smtp://USER:PASSWORD@host:port]
set -eu
folder="$(dirname "$0")/../secrets"
umask 077
mkdir -p "$folder"

random() {
  [ -s "$folder/$1" ] || od -An -N"$2" -tx1 /dev/urandom | tr -d ' \n' > "$folder/$1"
}

for name in postgres owner web job valkey; do
  random "${name}_password" 24
done
random ledger_key 32
random secrets_key 32
for name in owner web job; do
  printf 'postgresql://ap_%s:%s@postgres:5432/ap_registry' \
    "$name" "$(cat "$folder/${name}_password")" > "$folder/${name}_url"
done
printf 'redis://:%s@valkey:6379/0' "$(cat "$folder/valkey_password")" > "$folder/redis_url"
[ -e "$folder/oidc_client_secret" ] || : > "$folder/oidc_client_secret"
if [ $# -gt 0 ]; then
  printf '%s' "$1" > "$folder/smtp_url"
elif [ ! -e "$folder/smtp_url" ]; then
  : > "$folder/smtp_url"
fi
# Compose mounts the files with their mode, and the image runs as a user of its own.
chmod 644 "$folder"/*
chmod 700 "$folder"

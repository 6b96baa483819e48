#!/bin/sh
# The password comes from a secret and goes into a file, not into the list of processes.
set -eu
umask 077
printf 'requirepass %s\nappendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\ndir /data\n' \
  "$(cat /run/secrets/valkey_password)" > /tmp/valkey.conf
exec valkey-server /tmp/valkey.conf

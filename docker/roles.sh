#!/bin/sh
# Run by the postgres image when its volume is new; the passwords are compose secrets.
set -eu
psql -U "$POSTGRES_USER" -d postgres \
  -v owner_password="$(cat /run/secrets/owner_password)" \
  -v web_password="$(cat /run/secrets/web_password)" \
  -v job_password="$(cat /run/secrets/job_password)" \
  -f /docker/roles.sql

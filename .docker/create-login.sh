#!/bin/sh
# Runs once, when the database's volume is empty: the login of api, worker and scheduler. It owns nothing; the
# migration grants it the roles that it takes for each transaction.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$BILLWRIGHT_DB_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role billwright login noinherit password :'password';
SQL

#!/bin/sh
# Runs once, when the database is new: Caravan's own database and user, and one for Grafana that only reads.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 --no-psqlrc \
    --set caravan="$(cat /run/secrets/db_password)" --set grafana="$(cat /run/secrets/grafana_db_password)" <<'SQL'
CREATE ROLE caravan LOGIN PASSWORD :'caravan';
CREATE ROLE caravan_writer;
CREATE ROLE caravan_api;
GRANT caravan_writer, caravan_api TO caravan;
CREATE ROLE grafana LOGIN BYPASSRLS PASSWORD :'grafana'; -- its dashboards are of all tenants
ALTER ROLE grafana SET default_transaction_read_only = on;
ALTER ROLE grafana SET statement_timeout = '30s';
CREATE DATABASE caravan OWNER caravan;
\connect caravan
CREATE EXTENSION IF NOT EXISTS timescaledb;
ALTER SCHEMA public OWNER TO caravan;
GRANT USAGE ON SCHEMA public TO grafana;
ALTER DEFAULT PRIVILEGES FOR ROLE caravan IN SCHEMA public GRANT SELECT ON TABLES TO grafana;
SQL

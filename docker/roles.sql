-- The database and its roles, apart: the owner migrates, the web may only append to the ledger, the
-- job also orders and signs it. Each has a password of its own; the worker alone has the job's.
-- Run once by a superuser on a new server:
--   psql -v owner_password=… -v web_password=… -v job_password=… -f docker/roles.sql
\set ON_ERROR_STOP on
create role ap_owner login nosuperuser nocreatedb nocreaterole password :'owner_password';
create role ap_web login nosuperuser nocreatedb nocreaterole password :'web_password';
create role ap_job login nosuperuser nocreatedb nocreaterole password :'job_password';
-- Owns the one function that may delete private parts of events; nobody signs in as it.
create role ap_eraser nologin nosuperuser nocreatedb nocreaterole;
grant ap_eraser to ap_owner;
-- Whoever reads by the web: web and job take this role, and see no more pupils than they then state.
create role ap_reader nologin nosuperuser nocreatedb nocreaterole;
grant ap_reader to ap_web, ap_job;
-- Whoever records must find a UPN or a likeness among all pupils.
alter role ap_web bypassrls;
alter role ap_job bypassrls;
alter role ap_eraser bypassrls;
-- Sorted by code point wherever it runs, so that the same command gives the same bytes.
create database ap_registry owner ap_owner
  template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8';
\connect ap_registry
revoke all on database ap_registry from public;
grant connect, temporary on database ap_registry to ap_web, ap_job;
revoke create on schema public from public;
-- What a later migration adds is theirs to read and write too; the migrations take back what the
-- ledger forbids.
alter default privileges for role ap_owner in schema public
  grant select, insert, update, delete on tables to ap_web, ap_job;
alter default privileges for role ap_owner in schema public
  grant usage on sequences to ap_web, ap_job;
alter default privileges for role ap_owner in schema public grant select on tables to ap_reader;

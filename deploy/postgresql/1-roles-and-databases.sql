-- Four databases, one role per store, and an owner that migrates. Run once, as a superuser, with psql:
--
--   psql -v ON_ERROR_STOP=1 -f deploy/postgresql/1-roles-and-databases.sql postgres
--   VARUH_…_DATABASE_URL=postgresql://varuh_owner@…/varuh_… manage.py setup            (all four set to the owner)
--   psql -v ON_ERROR_STOP=1 -f deploy/postgresql/2-grants.sql postgres                 (after every migration)
--
-- Then set each role's password (\password varuh_identity …) and give the service the four store roles, never the
-- owner. `-v prefix=other` makes the names other_owner, other_identity, …

\if :{?prefix}
\else
\set prefix varuh
\endif
\set owner :prefix _owner
\set identity :prefix _identity
\set payments :prefix _payments
\set keys :prefix _keys
\set audit :prefix _audit

CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE :"identity" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE :"payments" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE :"keys" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE :"audit" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;

CREATE DATABASE :"identity" OWNER :"owner";
CREATE DATABASE :"payments" OWNER :"owner";
CREATE DATABASE :"keys" OWNER :"owner";
CREATE DATABASE :"audit" OWNER :"owner";

-- A role comes into its own store and no other: who steals one password has one store.
REVOKE ALL ON DATABASE :"identity", :"payments", :"keys", :"audit" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"identity" TO :"identity";
GRANT CONNECT ON DATABASE :"payments" TO :"payments";
GRANT CONNECT ON DATABASE :"keys" TO :"keys";
GRANT CONNECT ON DATABASE :"audit" TO :"audit";

\connect :"identity"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO :"owner";
\connect :"payments"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO :"owner";
\connect :"keys"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO :"owner";
\connect :"audit"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO :"owner";

-- What each store's role may do. Run after every migration, as the owner or a superuser, with psql; safe to run twice.

\if :{?prefix}
\else
\set prefix varuh
\endif
\set identity :prefix _identity
\set payments :prefix _payments
\set keys :prefix _keys
\set audit :prefix _audit

\connect :"identity"
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"identity";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :"identity";

\connect :"payments"
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"payments";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :"payments";

\connect :"keys"
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"keys";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :"keys";

-- The log: append and read. Nothing on the partitions, so that every row goes through the parent and its triggers;
-- no UPDATE, DELETE or TRUNCATE anywhere. A due year is disposed of by the owner.
\connect :"audit"
GRANT SELECT ON django_migrations TO :"audit";
GRANT SELECT, INSERT ON
    access_logentry,
    access_entrysubject,
    access_treehead,
    access_disposedyear,
    access_erasureledgerentry,
    access_restrictionevent
TO :"audit";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :"audit";

-- What the installation remembers of itself.
--
-- Conventions of every migration: a file a feature, in the order of the house (src/lib.rs); who writes a table is the feature
-- whose file it stands in, or the one that a line "Written by …" above it names. Instants are bigint milliseconds UTC, local dates are
-- ISO text, flags are bigint 0/1; `bigserial primary key` is rewritten for SQLite by src/store/migrations.rs. Words of
-- closed sets are checked by the program's types, which can grow, and not by lists here, which cannot. What is unique
-- has an index with a name, by which src/store/errors.rs knows it on both engines.
create table settings (
    key text primary key,
    value text not null
);

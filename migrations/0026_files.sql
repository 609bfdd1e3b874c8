-- Files that belong to a record: in the database, so that one backup has all and every process sees them. Who may see one is its
-- owner's to say, and the owner's rows point to it.
create table files (
    id bigserial primary key,
    kind text not null,
    -- As it was called; sealed where the file is.
    name text not null,
    bytes bigint not null,
    -- SHA-256 of what it holds, in hex; where the file is sealed, the keyed hash of that.
    digest text not null,
    is_sealed bigint not null check (is_sealed in (0, 1)),
    kept_at bigint not null
);
create table file_pieces (
    file_id bigint not null references files (id),
    number bigint not null,
    content bytea not null
);
create unique index file_pieces_number on file_pieces (file_id, number);

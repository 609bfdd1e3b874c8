-- How many months something is kept, where it is another number than the shipped one; null: for good.
create table retention_terms (
    kind text primary key,
    months bigint,
    set_at bigint not null,
    set_by bigint not null references accounts (id)
);

-- A list of what is kept longer than that, and its erasure once somebody has confirmed it.
create table retention_runs (
    id bigserial primary key,
    -- listing, listed, erasing, done or dropped
    state text not null,
    made_at bigint not null,
    made_by bigint not null references accounts (id),
    listed_at bigint,
    confirmed_at bigint,
    confirmed_by bigint references accounts (id),
    finished_at bigint
);

-- What stands in a list: a record of a kind, by number alone, and from before which instant it is.
create table retention_items (
    run_id bigint not null references retention_runs (id),
    kind text not null,
    record_id bigint not null,
    center_id bigint,
    before bigint not null,
    -- erased, or left because it was changed meanwhile
    outcome text
);
create unique index retention_items_record on retention_items (run_id, kind, record_id);

-- The work of a worker that others do from a day on: what was given to whom, and what could not be given and is listed.
create table handovers (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    worker_id bigint not null references workers (id),
    from_day text not null,
    made_at bigint not null,
    made_by bigint references accounts (id),
    undone_at bigint,
    undone_by bigint references accounts (id)
);
create index handovers_by_worker on handovers (worker_id);

-- `subject_id` is a row of the kind's own table. `worker_id` is who does it from then on; none where nobody was named.
create table handover_items (
    id bigserial primary key,
    handover_id bigint not null references handovers (id),
    kind text not null,
    subject_id bigint not null,
    worker_id bigint references workers (id),
    -- given, listed or returned
    outcome text not null
);
create index handover_items_by_handover on handover_items (handover_id);
create index handover_items_by_worker on handover_items (worker_id);

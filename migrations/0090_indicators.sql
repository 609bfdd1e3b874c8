-- What an agreement asks to be reached: of one of its centers or of all together, perhaps by one worker.
create table indicators (
    id bigserial primary key,
    agreement_id bigint not null references agreements (id),
    -- null: all centers of the agreement together
    center_id bigint references centers (id),
    -- null: everybody
    worker_id bigint references workers (id),
    name text not null,
    name_en text not null,
    -- Targets and values are whole numbers of it, but hours in minutes and yuan in fen.
    unit text not null,
    target bigint not null,
    -- of each project year, or of the whole agreement
    span text not null,
    place bigint not null,
    -- What is counted; null: entered by hand.
    measure text,
    -- Of which part of it; null: of all.
    within text,
    created_at bigint not null,
    created_by bigint not null references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    check (target > 0),
    check (measure is not null or within is null)
);
create index indicators_by_agreement on indicators (agreement_id);
create index indicators_by_worker on indicators (worker_id) where worker_id is not null;

-- Work that is done later, or apart from the page that asks for it, by whichever process is first.
create table jobs (
    id bigserial primary key,
    kind text not null,
    -- Whatever the kind's owner calls it by.
    subject text not null,
    due bigint not null,
    -- waiting, running, done or failed
    state text not null,
    -- From when on a waiting job may be taken: when it is due, or some time after it failed.
    ready_at bigint not null,
    -- Until when whoever runs it has it alone, and the number by which they are known.
    leased_until bigint,
    leased_by text,
    attempts bigint not null,
    progress_done bigint not null,
    progress_total bigint not null,
    error_code text,
    finished_at bigint
);
create unique index jobs_due on jobs (kind, subject, due);
create index jobs_open on jobs (state, ready_at);

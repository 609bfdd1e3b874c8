-- What is known of a worker besides their time: in which field they work, how they were found, how long their certificate is good;
-- who employs them, and who supervises them.
alter table workers add column certificate_valid_to text;
alter table workers add column work_field text;
alter table workers add column found_by text;
-- Grows with every change, so that of two who edit at once the second is told.
alter table workers add column version bigint not null default 0;

-- Who employs a worker from a day on, until the next one does: a provider, or somebody else in the center's own words.
create table employments (
    id bigserial primary key,
    worker_id bigint not null references workers (id),
    provider_id bigint references providers (id),
    employer text,
    started_on text not null,
    created_at bigint not null,
    voided_at bigint,
    voided_by bigint references accounts (id),
    check ((provider_id is null) <> (employer is null))
);
create unique index employments_day on employments (worker_id, started_on) where voided_at is null;

-- Who supervises a worker (督导): a social worker of the provider, perhaps of another center. `ended_on` is the first day without them.
create table supervisions (
    id bigserial primary key,
    worker_id bigint not null references workers (id),
    supervisor_id bigint not null references workers (id),
    started_on text not null,
    ended_on text,
    created_at bigint not null,
    voided_at bigint,
    voided_by bigint references accounts (id),
    check (worker_id <> supervisor_id),
    check (ended_on is null or started_on <= ended_on)
);
create unique index supervisions_now on supervisions (worker_id) where ended_on is null and voided_at is null;
create index supervisions_by_supervisor on supervisions (supervisor_id);

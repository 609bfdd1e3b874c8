-- Who works in a center, and for how long.
create table workers (
    id bigserial primary key,
    person_id bigint not null references people (id),
    center_id bigint not null references centers (id),
    account_id bigint references accounts (id),
    -- social_worker or staff
    kind text not null,
    qualification text,
    certificate_number text,
    started_on text not null,
    ended_on text,
    created_at bigint not null
);
create index workers_by_center on workers (center_id);
create unique index workers_now on workers (person_id, center_id) where ended_on is null;
create index workers_by_account on workers (account_id);

-- The posts that an agreement asks of a center, one row each, and who fills them. A post is there until its agreement's days in the
-- center are over, or until the day from which it is given up. Who has left fills none any more.
create table posts (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    agreement_id bigint not null references agreements (id),
    title text not null,
    -- social_worker or staff
    kind text not null,
    -- The least that is asked for.
    qualification text,
    -- full or part
    working_time text not null,
    opened_on text not null,
    -- The first day without it.
    ended_on text,
    created_at bigint not null,
    -- Grows with every change, so that of two who edit at once the second is told.
    version bigint not null default 0
);
create index posts_by_center on posts (center_id);

-- `ended_on` is the first day on which they fill it no more.
create table post_fillings (
    id bigserial primary key,
    post_id bigint not null references posts (id),
    worker_id bigint not null references workers (id),
    started_on text not null,
    ended_on text,
    created_at bigint not null,
    voided_at bigint,
    voided_by bigint references accounts (id),
    check (ended_on is null or started_on <= ended_on)
);
create unique index post_fillings_now on post_fillings (post_id) where ended_on is null and voided_at is null;
create index post_fillings_by_worker on post_fillings (worker_id);

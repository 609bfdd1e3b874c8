-- Who may sign in, what for, and what was done.

-- A row signs in by password (login is set) or by bearer token (login is null: another program).
create table accounts (
    id bigserial primary key,
    login text unique,
    name text not null,
    role text not null,
    password_hash text,
    created_at bigint not null,
    disabled_at bigint
);

alter table room_closures add column voided_by bigint references accounts (id);

-- Where an account's role holds. Exactly one column is set (0003 adds team_id); `city` is 1 for the city administrator.
create table account_scopes (
    id bigserial primary key,
    account_id bigint not null references accounts (id),
    city bigint,
    town text,
    center_id bigint references centers (id),
    provider_id bigint references providers (id),
    purchaser_id bigint references purchasers (id),
    -- From this instant on the role no longer holds here: a worker who leaves on a day to come.
    ends_at bigint
);
create index account_scopes_by_account on account_scopes (account_id);

create table logins (
    id bigserial primary key,
    account_id bigint not null references accounts (id),
    kind text not null check (kind in ('browser', 'token')),
    secret_hash text not null unique,
    label text not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint
);
create index logins_by_account on logins (account_id);

create table setup_links (
    id bigserial primary key,
    secret_hash text not null unique,
    created_at bigint not null,
    used_at bigint
);

create table audit_events (
    id bigserial primary key,
    at bigint not null,
    account_id bigint references accounts (id),
    actor text not null,
    action text not null,
    subject text not null,
    subject_id bigint not null,
    center_id bigint references centers (id),
    detail text
);
create index audit_events_by_center on audit_events (center_id, id);
create index audit_events_by_subject on audit_events (subject, subject_id);

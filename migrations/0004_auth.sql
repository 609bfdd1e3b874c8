-- Who may sign in, and what for.

-- A row signs in by password (login is set) or by bearer token (login is null: another program).
create table accounts (
    id bigserial primary key,
    login text,
    name text not null,
    role text not null,
    password_hash text,
    created_at bigint not null,
    disabled_at bigint
);
create unique index accounts_login on accounts (login);

-- Where an account's role holds. Exactly one of the places is set; `city` is 1 for the city administrator. The places
-- stand above, so they are numbers here; who grants looks whether there is such a one.
create table account_scopes (
    id bigserial primary key,
    account_id bigint not null references accounts (id),
    city bigint,
    town text,
    center_id bigint,
    provider_id bigint,
    purchaser_id bigint,
    team_id bigint,
    -- From this instant on the role no longer holds here: a worker who leaves on a day to come.
    ends_at bigint
);
create index account_scopes_by_account on account_scopes (account_id);

create table logins (
    id bigserial primary key,
    account_id bigint not null references accounts (id),
    -- browser or token
    kind text not null,
    secret_hash text not null,
    label text not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint
);
create unique index logins_secret on logins (secret_hash);
create index logins_by_account on logins (account_id);

create table setup_links (
    id bigserial primary key,
    secret_hash text not null,
    created_at bigint not null,
    used_at bigint
);
create unique index setup_links_secret on setup_links (secret_hash);

-- Activities, their sessions, and the rooms these occupy.

-- Of a confidential kind only those concerned read titles and texts: they may name a person (src/activities/title.rs).
create table service_kinds (
    id bigserial primary key,
    code text not null unique,
    name text not null unique,
    name_en text not null,
    confidential bigint not null default 0
);

create table activities (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    kind_id bigint not null references service_kinds (id),
    title text not null,
    description text,
    rule text,
    published bigint not null,
    created_by bigint references accounts (id),
    created_at bigint not null
);
create index activities_by_center on activities (center_id);

-- local_date is the session's first day in the center's zone: periods of reports are cut by it.
create table sessions (
    id bigserial primary key,
    activity_id bigint not null references activities (id),
    center_id bigint not null references centers (id),
    room_id bigint not null references rooms (id),
    worker_id bigint references workers (id),
    team_id bigint references teams (id),
    starts_at bigint not null,
    ends_at bigint not null,
    local_date text not null,
    capacity bigint,
    status text not null check (status in ('planned', 'completed', 'cancelled', 'skipped')),
    reason text,
    check_in_token text not null unique,
    summary text,
    closed_at bigint,
    closed_by bigint references accounts (id),
    sequence bigint not null default 0,
    updated_at bigint not null,
    check (starts_at < ends_at)
);
create index sessions_by_center on sessions (center_id, local_date);
create index sessions_by_activity on sessions (activity_id, starts_at);

-- Half open [starts_at, ends_at), the room's buffer included. Released rows stay, for the record, and block nothing.
create table bookings (
    id bigserial primary key,
    room_id bigint not null references rooms (id),
    session_id bigint not null references sessions (id),
    starts_at bigint not null,
    ends_at bigint not null,
    released_at bigint,
    check (starts_at < ends_at)
);
create index bookings_by_room on bookings (room_id, starts_at);
create unique index bookings_live on bookings (session_id) where released_at is null;

-- Activities, their sessions, and the rooms that are booked for them and for other things.

-- Written by catalogs. Of a confidential kind only those concerned read titles and texts: they may name a person
-- (src/activities/title.rs).
create table service_kinds (
    id bigserial primary key,
    code text not null,
    name text not null,
    name_en text not null,
    confidential bigint not null default 0
);
create unique index service_kinds_code on service_kinds (code);
create unique index service_kinds_name on service_kinds (name);

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

-- local_date is the session's first day in the center's zone: periods of reports are cut by it. A session that is in no room
-- has a venue in words. `rotating`: its QR alone lets no phone in; the phone also needs the code that the hall's screen
-- shows now.
create table sessions (
    id bigserial primary key,
    activity_id bigint not null references activities (id),
    center_id bigint not null references centers (id),
    worker_id bigint references workers (id),
    team_id bigint references teams (id),
    venue text,
    starts_at bigint not null,
    ends_at bigint not null,
    local_date text not null,
    capacity bigint,
    -- planned, completed, cancelled or skipped
    status text not null,
    reason text,
    rotating bigint not null default 0,
    summary text,
    closed_at bigint,
    closed_by bigint references accounts (id),
    sequence bigint not null default 0,
    updated_at bigint not null,
    check (starts_at < ends_at)
);
create index sessions_by_center on sessions (center_id, local_date);
create index sessions_by_activity on sessions (activity_id, starts_at);

-- Half open [starts_at, ends_at), the room's buffer included. A booking has one owner, by its kind: a session, which has
-- none, one or several, or something else that needs a room. Released ones stay, for the record, and block nothing; those that others
-- took the place of (`superseded`) are no longer where their owner is.
create table bookings (
    id bigserial primary key,
    room_id bigint not null references rooms (id),
    -- session, meeting, appointment, request or maintenance
    kind text not null,
    session_id bigint references sessions (id),
    starts_at bigint not null,
    ends_at bigint not null,
    released_at bigint,
    superseded bigint not null default 0,
    check (starts_at < ends_at),
    check ((kind = 'session') = (session_id is not null))
);
create index bookings_by_room on bookings (room_id, starts_at);
create index bookings_by_session on bookings (session_id);

-- The rooms in which a session is, or was to be.
create view session_rooms as
select b.session_id, b.room_id, r.name, r.center_id
from bookings b join rooms r on r.id = b.room_id
where b.session_id is not null and b.superseded = 0;

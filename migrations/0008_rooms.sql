-- Rooms, and when they are open.

-- Written by catalogs.
create table room_kinds (
    id bigserial primary key,
    code text not null,
    -- required, optional or own
    class text not null,
    name text not null,
    name_en text not null
);
create unique index room_kinds_code on room_kinds (code);
create unique index room_kinds_name on room_kinds (name);

create table rooms (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    kind_id bigint not null references room_kinds (id),
    name text not null,
    area_m2 bigint not null check (area_m2 > 0),
    capacity bigint not null check (capacity > 0),
    buffer_minutes bigint not null default 0 check (buffer_minutes between 0 and 240),
    created_at bigint not null,
    retired_at bigint
);
create unique index rooms_name on rooms (center_id, name);

-- A room's week of opening hours holds from its first day until the next week's: a month that is past never changes. The
-- first week of a room holds from the day on which the room was added.
create table room_weeks (
    id bigserial primary key,
    room_id bigint not null references rooms (id),
    valid_from text not null,
    created_at bigint not null,
    created_by bigint references accounts (id),
    -- Why, where it begins before the day on which it was written down.
    reason text
);
create unique index room_weeks_start on room_weeks (room_id, valid_from);

-- Any number of spans a day, in minutes after local midnight; a weekday without one is closed.
create table room_week_spans (
    week_id bigint not null references room_weeks (id),
    weekday bigint not null check (weekday between 1 and 7),
    opens bigint not null check (opens between 0 and 1439),
    closes bigint not null check (closes between 1 and 1440),
    primary key (week_id, weekday, opens),
    check (opens < closes)
);

-- Times in which a room is open beyond its week: a make-up workday, an evening.
create table room_openings (
    id bigserial primary key,
    room_id bigint not null references rooms (id),
    starts_at bigint not null,
    ends_at bigint not null,
    reason text not null,
    created_at bigint not null,
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    check (starts_at < ends_at)
);
create index room_openings_by_room on room_openings (room_id, starts_at);

-- Times in which it is closed although its week says open.
create table room_closures (
    id bigserial primary key,
    room_id bigint not null references rooms (id),
    starts_at bigint not null,
    ends_at bigint not null,
    reason text not null,
    created_at bigint not null,
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    check (starts_at < ends_at)
);
create index room_closures_by_room on room_closures (room_id, starts_at);

-- Those that hold: a mistaken one stays on record, and nothing else reads it.
create view openings_held as
select id, room_id, starts_at, ends_at, reason from room_openings where voided_at is null;

create view closures_held as
select id, room_id, starts_at, ends_at, reason from room_closures where voided_at is null;

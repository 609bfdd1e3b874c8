-- Rooms that stand open (开放时段): library, chess, fitness. A room's hours become a session each day, which a clicker counts.
create table open_rooms (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    -- What its sessions have in common.
    activity_id bigint not null references activities (id),
    room_id bigint not null references rooms (id),
    since text not null,
    -- The first day on which it is open no more.
    ended_on text,
    end_reason text,
    declared_at bigint not null,
    declared_by bigint references accounts (id),
    check (ended_on is null or since <= ended_on)
);
create index open_rooms_by_center on open_rooms (center_id);
create index open_rooms_by_room on open_rooms (room_id);
create unique index open_rooms_activity on open_rooms (activity_id);

-- On which weekdays, from a day on: a bit for each, Monday the lowest.
create table open_room_terms (
    id bigserial primary key,
    open_room_id bigint not null references open_rooms (id),
    valid_from text not null,
    weekdays bigint not null check (weekdays between 1 and 127),
    on_holidays bigint not null,
    set_at bigint not null,
    set_by bigint references accounts (id)
);
create unique index open_room_terms_from on open_room_terms (open_room_id, valid_from);

-- From when to when, in minutes after local midnight, within the room's hours; without any it is as long as the room is open.
create table open_room_spans (
    term_id bigint not null references open_room_terms (id),
    opens bigint not null,
    closes bigint not null,
    check (0 <= opens and opens < closes and closes <= 1440)
);
create unique index open_room_spans_once on open_room_spans (term_id, opens);

-- The sessions that were made of it.
create table open_days (
    id bigserial primary key,
    open_room_id bigint not null references open_rooms (id),
    session_id bigint not null references sessions (id),
    local_date text not null,
    opens bigint not null,
    closes bigint not null,
    -- When the room was found to be open otherwise then, and the session was skipped.
    dropped_at bigint,
    -- When it was closed by itself, or skipped because nobody had been counted.
    settled_at bigint,
    check (opens < closes)
);
create unique index open_days_once on open_days (open_room_id, local_date, opens) where dropped_at is null;
create unique index open_days_session on open_days (session_id);

-- Counted by a clicker, one head at a time.
alter table head_counts add column clicked bigint not null default 0;

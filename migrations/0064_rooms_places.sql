-- Where a room is and how one gets into it; its photos; and rooms that are being built.

alter table rooms add column floor text;
-- How to get there, for who was never here.
alter table rooms add column directions text;

-- What makes a room easier to use for who walks, hears or sees with difficulty.
create table room_features (
    room_id bigint not null references rooms (id),
    feature text not null,
    primary key (room_id, feature)
);

-- Anybody may see them.
create table room_photos (
    id bigserial primary key,
    room_id bigint not null references rooms (id),
    file_id bigint not null references files (id),
    caption text,
    created_at bigint not null,
    created_by bigint references accounts (id)
);
create index room_photos_by_room on room_photos (room_id, id);

-- A room before it opens: no row of rooms yet, so that nothing can be booked in it and it counts in no area. When it opens it
-- becomes a room.
create table planned_rooms (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    kind_id bigint not null references room_kinds (id),
    name text not null,
    area_m2 bigint not null check (area_m2 > 0),
    -- conversion, extension, new_building or fitting_out
    way text not null,
    cost_yuan bigint check (cost_yuan >= 0),
    note text,
    created_at bigint not null,
    created_by bigint references accounts (id),
    -- What came of it: a room, or nothing.
    room_id bigint references rooms (id),
    opened_on text,
    withdrawn_at bigint,
    withdrawn_reason text,
    check ((room_id is null) = (opened_on is null)),
    check (room_id is null or withdrawn_at is null)
);
create index planned_rooms_by_center on planned_rooms (center_id, id);
create unique index planned_rooms_room on planned_rooms (room_id);

-- How far it is, from a day on. The latest entry says how it stands.
create table planned_room_steps (
    id bigserial primary key,
    planned_room_id bigint not null references planned_rooms (id),
    -- planned, under_way or finished
    state text not null,
    on_date text not null,
    note text,
    file_id bigint references files (id),
    created_at bigint not null,
    created_by bigint references accounts (id)
);
create index planned_room_steps_by_room on planned_room_steps (planned_room_id, id);

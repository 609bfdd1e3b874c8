-- Communities, the organizations around a center, centers and their rooms.
-- Conventions of every migration: instants are bigint milliseconds UTC, local dates are ISO text, flags are bigint 0/1;
-- `bigserial primary key` is rewritten for SQLite by src/store/migrations.rs.

create table settings (
    key text primary key,
    value text not null
);

-- Public holidays, first and last day included. A series proposes to skip them; a center may well open on one.
create table holidays (
    id bigserial primary key,
    starts_on text not null unique,
    ends_on text not null,
    name text not null,
    name_en text not null,
    check (starts_on <= ends_on)
);

create table communities (
    id bigserial primary key,
    number bigint not null unique,
    town text not null,
    name text not null,
    area_m2 bigint not null,
    registered_population bigint not null,
    migrant_population bigint not null,
    unique (town, name)
);

create table providers (
    id bigserial primary key,
    name text not null unique,
    contact text,
    created_at bigint not null
);

create table purchasers (
    id bigserial primary key,
    name text not null unique,
    contact text,
    created_at bigint not null
);

create table centers (
    id bigserial primary key,
    community_id bigint not null unique references communities (id),
    provider_id bigint references providers (id),
    name text not null,
    address text,
    zone text not null,
    planned_area_m2 bigint not null,
    created_at bigint not null
);
create index centers_by_provider on centers (provider_id);

create table agreements (
    id bigserial primary key,
    provider_id bigint not null references providers (id),
    purchaser_id bigint not null references purchasers (id),
    center_id bigint not null references centers (id),
    starts_on text not null,
    ends_on text not null,
    created_at bigint not null,
    check (starts_on <= ends_on)
);
create index agreements_by_center on agreements (center_id);
create index agreements_by_purchaser on agreements (purchaser_id);

create table room_kinds (
    id bigserial primary key,
    code text not null unique,
    class text not null check (class in ('required', 'optional', 'own')),
    name text not null unique,
    name_en text not null
);

create table rooms (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    kind_id bigint not null references room_kinds (id),
    name text not null,
    area_m2 bigint not null check (area_m2 > 0),
    capacity bigint not null check (capacity > 0),
    buffer_minutes bigint not null default 0 check (buffer_minutes between 0 and 240),
    created_at bigint not null,
    retired_at bigint,
    unique (center_id, name)
);

-- Minutes after local midnight; a weekday without a row is closed.
create table room_hours (
    room_id bigint not null references rooms (id),
    weekday bigint not null check (weekday between 1 and 7),
    opens bigint not null check (opens between 0 and 1439),
    closes bigint not null check (closes between 1 and 1440),
    primary key (room_id, weekday),
    check (opens < closes)
);

create table room_closures (
    id bigserial primary key,
    room_id bigint not null references rooms (id),
    starts_at bigint not null,
    ends_at bigint not null,
    reason text not null,
    created_at bigint not null,
    voided_at bigint,
    void_reason text,
    check (starts_at < ends_at)
);
create index room_closures_by_room on room_closures (room_id, starts_at);

-- The closures that hold: a mistaken one stays on record (0002 adds by whom), and nothing else reads it.
create view closures_held as
select id, room_id, starts_at, ends_at, reason from room_closures where voided_at is null;

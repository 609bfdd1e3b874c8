-- Communities and the centers that serve them. The annex of the notice names the first 25.

-- `number` is the annex's; a community that is added later has none.
create table communities (
    id bigserial primary key,
    number bigint,
    town text not null,
    name text not null,
    area_m2 bigint
);
create unique index communities_number on communities (number);
create unique index communities_name on communities (town, name);

-- A community's residents as a source prints them, from a date on. What the second number counts is not always certain: in
-- 15 of the annex's 25 rows it is the first one plus a round hundred. `second_is` is migrant, all, or null for unknown.
create table populations (
    community_id bigint not null references communities (id),
    counted_on text not null,
    source text not null,
    registered bigint not null,
    second bigint not null,
    second_is text,
    primary key (community_id, counted_on)
);

-- `community_id` is the seat, and its town the center's. One center closes and another opens in the same community.
create table centers (
    id bigserial primary key,
    community_id bigint not null references communities (id),
    -- demonstration (the city's) or town (a town's own)
    kind text not null,
    name text not null,
    address text,
    zone text not null,
    planned_area_m2 bigint not null,
    opened_on text,
    closed_on text,
    created_at bigint not null
);
create index centers_by_community on centers (community_id);

-- The communities that a center serves, its seat among them; both dates are included, an open one has no bound.
create table center_communities (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    community_id bigint not null references communities (id),
    from_date text,
    to_date text
);
create index center_communities_by_center on center_communities (center_id);

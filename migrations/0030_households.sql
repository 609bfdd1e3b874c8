-- Who lives together, as a center knows it: one address, a head and the relations to them. A person is in one household of a
-- center at a time. The first day is included, the day of moving out is not: on that day they may be in another.
create table households (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    address text,
    -- When the center opened a file for it (建档).
    opened_on text not null,
    created_at bigint not null,
    -- Grows with every change of its own columns.
    version bigint not null default 0
);
create index households_by_center on households (center_id, id);

create table household_members (
    id bigserial primary key,
    household_id bigint not null references households (id),
    center_id bigint not null references centers (id),
    person_id bigint not null references people (id),
    relation text not null,
    moved_in text not null,
    moved_out text,
    created_at bigint not null,
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    check (moved_out is null or moved_in <= moved_out)
);
create unique index household_members_now on household_members (center_id, person_id)
where moved_out is null and voided_at is null;
create unique index household_members_head on household_members (household_id)
where relation = 'head' and moved_out is null and voided_at is null;
create index household_members_by_household on household_members (household_id);
create index household_members_by_person on household_members (person_id);
create index household_members_by_center on household_members (center_id, moved_in);

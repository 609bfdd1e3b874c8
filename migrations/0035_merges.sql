-- Who was made one with somebody else leads to them from then on.
alter table people add column merged_into bigint references people (id);
create index people_merged_into on people (merged_into) where merged_into is not null;

-- Both cards of one human stay good: `came_with` is whom a card was for before. Of each there is one good card.
alter table cards add column came_with bigint references people (id);
drop index cards_good;
create unique index cards_good on cards (person_id, coalesce(came_with, 0)) where revoked_at is null;

-- Two rows of one human made one, and what that changed, to be taken back.
create table merges (
    id bigserial primary key,
    -- Where it was decided.
    center_id bigint not null references centers (id),
    kept_id bigint not null references people (id),
    merged_id bigint not null references people (id),
    made_at bigint not null,
    made_by bigint not null references accounts (id),
    undone_at bigint,
    undone_by bigint references accounts (id)
);
create index merges_by_center on merges (center_id, id);
create index merges_by_kept on merges (kept_id);
-- Somebody becomes one with one other.
create unique index merges_standing on merges (merged_id) where undone_at is null;

-- What was done to a table's rows, in order; sealed, for it holds what was there before.
create table merge_entries (
    merge_id bigint not null references merges (id),
    place bigint not null,
    sealed text not null
);
create unique index merge_entries_place on merge_entries (merge_id, place);

-- Two who look alike and are two; the lower number first.
create table people_told_apart (
    person_id bigint not null references people (id),
    other_id bigint not null references people (id),
    told_at bigint not null,
    told_by bigint not null references accounts (id),
    check (person_id < other_id)
);
create unique index people_told_apart_pair on people_told_apart (person_id, other_id);

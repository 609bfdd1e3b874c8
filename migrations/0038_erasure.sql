-- Who asked for somebody's erasure, and what was decided. It points to the person by number alone: that is all that stays.
create table erasures (
    id bigserial primary key,
    person_id bigint not null,
    center_id bigint not null references centers (id),
    -- Whose wish it is, and why: never with the name.
    wanted_by text not null,
    reason text not null,
    asked_at bigint not null,
    asked_by bigint not null references accounts (id),
    -- asked, declined or erased
    state text not null,
    decided_at bigint,
    decided_by bigint references accounts (id),
    decline_reason text,
    -- everywhere, or at this center alone
    extent text,
    -- When nothing was left in the database's files.
    wiped_at bigint
);
create unique index erasures_asked on erasures (person_id, center_id) where state = 'asked';
create index erasures_by_center on erasures (center_id, id);

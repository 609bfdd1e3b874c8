-- Who came: attendances, every try at the door, heads without a name, remembered phones, hours.

-- The four flags are membership on the session's local date, copied when the row is made (DESIGN: last year's report does not change).
create table attendances (
    id bigserial primary key,
    session_id bigint not null references sessions (id),
    person_id bigint not null references people (id),
    role text not null check (role in ('participant', 'volunteer', 'staff')),
    method text not null,
    came_at bigint not null,
    left_at bigint,
    -- Between leaving and coming back, in milliseconds. With came_at and left_at it follows from the scans' times alone,
    -- so it does not matter in which order they arrive.
    away_ms bigint not null default 0,
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    elderly bigint not null,
    disabled bigint not null,
    needy bigint not null,
    youth bigint not null,
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text
);
create unique index attendances_live on attendances (session_id, person_id, role) where voided_at is null;
create index attendances_by_person on attendances (person_id);

-- A personal card (居民卡): a random code and nothing of the person. The hash finds it, the sealed code prints it again.
create table cards (
    id bigserial primary key,
    person_id bigint not null references people (id),
    center_id bigint not null references centers (id),
    code_hash text not null unique,
    code_sealed text not null,
    issued_at bigint not null,
    issued_by bigint references accounts (id),
    revoked_at bigint,
    revoked_by bigint references accounts (id),
    revoke_reason text
);
-- One good card per person.
create unique index cards_live on cards (person_id) where revoked_at is null;
create index cards_by_center on cards (center_id, id);

-- Append only: what was tried, and what the door said. `way` is in or out; `offline` is 1 where a device kept the scan
-- until it had a network again.
create table scans (
    id bigserial primary key,
    request_id text not null unique,
    session_id bigint not null references sessions (id),
    person_id bigint references people (id),
    attendance_id bigint references attendances (id),
    card_id bigint references cards (id),
    role text not null,
    way text not null check (way in ('in', 'out')),
    method text not null,
    outcome text not null,
    occurred_at bigint not null,
    recorded_at bigint not null,
    offline bigint not null,
    account_id bigint references accounts (id),
    phone_id bigint
);
create index scans_by_session on scans (session_id, person_id);
create index scans_by_phone on scans (phone_id) where phone_id is not null;

-- What a worker decided about a scan that a device had kept without a network and that could not be counted then.
create table scan_reviews (
    scan_id bigint primary key references scans (id),
    decision text not null check (decision in ('counted', 'dismissed')),
    reason text,
    decided_at bigint not null,
    decided_by bigint references accounts (id)
);
create index scans_offline on scans (session_id) where offline = 1;

-- Unnamed heads; the group tallies say how many of them belong to each group (one head may be in several).
-- The same request_id again is the same count.
create table head_counts (
    id bigserial primary key,
    request_id text unique,
    session_id bigint not null references sessions (id),
    heads bigint not null check (heads > 0),
    elderly bigint not null default 0,
    disabled bigint not null default 0,
    needy bigint not null default 0,
    youth bigint not null default 0,
    counted_at bigint not null,
    counted_by bigint references accounts (id),
    voided_at bigint
);
create index head_counts_by_session on head_counts (session_id);

-- A phone that checked somebody in once, and for whom it speaks.
create table phones (
    id bigserial primary key,
    secret_hash text not null unique,
    label text not null,
    created_at bigint not null,
    seen_at bigint not null,
    revoked_at bigint
);

-- card_id is the card by which the phone came to speak for the person: reported lost, it takes that back.
create table phone_people (
    phone_id bigint not null references phones (id),
    person_id bigint not null references people (id),
    added_at bigint not null,
    card_id bigint references cards (id),
    primary key (phone_id, person_id)
);
create index phone_people_by_person on phone_people (person_id);
create index phone_people_by_card on phone_people (card_id) where card_id is not null;

-- The ledger of volunteer hours, in whole minutes. A correction is a reversing row, never an update.
create table hours_entries (
    id bigserial primary key,
    person_id bigint not null references people (id),
    session_id bigint not null references sessions (id),
    team_id bigint references teams (id),
    minutes bigint not null,
    source text not null check (source in ('measured', 'adjusted', 'self_reported', 'imported')),
    original_minutes bigint not null,
    confirmed_at bigint not null,
    confirmed_by bigint references accounts (id),
    reverses_id bigint references hours_entries (id),
    reason text
);
create index hours_entries_by_person on hours_entries (person_id);
create index hours_entries_by_session on hours_entries (session_id);
-- An entry is reversed once at most.
create unique index hours_entries_reversal on hours_entries (reverses_id);

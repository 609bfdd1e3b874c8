-- Who came: attendances, every try at the door, heads without a name, cards.

-- A personal card (居民卡): a random code and nothing of the person. The hash finds it, the sealed code prints it again.
create table cards (
    id bigserial primary key,
    person_id bigint not null references people (id),
    center_id bigint not null references centers (id),
    code_hash text not null,
    code_sealed text not null,
    issued_at bigint not null,
    issued_by bigint references accounts (id),
    revoked_at bigint,
    revoked_by bigint references accounts (id),
    revoke_reason text
);
create unique index cards_code on cards (code_hash);
-- One good card per person.
create unique index cards_good on cards (person_id) where revoked_at is null;
create index cards_by_center on cards (center_id, id);

-- The four flags are membership on the session's local date, copied when the row is made (DESIGN: last year's report does not
-- change); `subgroups` has a bit for each subgroup.
create table attendances (
    id bigserial primary key,
    session_id bigint not null references sessions (id),
    person_id bigint not null references people (id),
    -- participant, volunteer or staff
    part text not null,
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
    subgroups bigint not null default 0,
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text
);
create unique index attendances_good on attendances (session_id, person_id, part) where voided_at is null;

-- Append only: what was tried, and what the door said. `way` is in or out; `offline` is 1 where a device kept the scan
-- until it had a network again.
create table scans (
    id bigserial primary key,
    request_id text not null,
    session_id bigint not null references sessions (id),
    person_id bigint references people (id),
    attendance_id bigint references attendances (id),
    card_id bigint references cards (id),
    part text not null,
    way text not null,
    method text not null,
    outcome text not null,
    occurred_at bigint not null,
    recorded_at bigint not null,
    offline bigint not null,
    account_id bigint references accounts (id),
    phone_id bigint
);
create unique index scans_request on scans (request_id);
create index scans_by_session on scans (session_id, person_id);
create index scans_by_phone on scans (phone_id) where phone_id is not null;
create index scans_offline on scans (session_id) where offline = 1;

-- What a worker decided about a scan that a device had kept without a network and that could not be counted then.
create table scan_reviews (
    scan_id bigint primary key references scans (id),
    -- counted or dismissed
    decision text not null,
    reason text,
    decided_at bigint not null,
    decided_by bigint references accounts (id)
);

-- Unnamed heads; the group tallies say how many of them belong to each group (one head may be in several). Those of an
-- attendance came along with somebody. The same request_id again is the same count.
create table head_counts (
    id bigserial primary key,
    request_id text,
    session_id bigint not null references sessions (id),
    attendance_id bigint references attendances (id),
    heads bigint not null check (heads > 0),
    elderly bigint not null default 0,
    disabled bigint not null default 0,
    needy bigint not null default 0,
    youth bigint not null default 0,
    counted_at bigint not null,
    counted_by bigint references accounts (id),
    voided_at bigint
);
create unique index head_counts_request on head_counts (request_id);
create unique index head_counts_companions on head_counts (attendance_id) where attendance_id is not null and voided_at is null;
create index head_counts_by_session on head_counts (session_id);

-- Who brought a child, and who fetched it.
create table escorts (
    id bigserial primary key,
    attendance_id bigint not null references attendances (id),
    -- in: brought; out: fetched.
    way text not null,
    name text not null,
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    voided_at bigint
);
create unique index escorts_good on escorts (attendance_id, way) where voided_at is null;

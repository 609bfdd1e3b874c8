-- What keeps a center in order: what is broken and who mends it until when, what it owns and lends, and the drills that assessors ask for.

-- Reported by whoever stands before it, from a phone too: who that was is not asked. It is mended, or found to be none.
create table defects (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    -- None where it is in no room.
    room_id bigint references rooms (id),
    request_id text not null,
    what text not null,
    -- reported, assigned, mended or dismissed
    state text not null,
    photo_id bigint references files (id),
    reported_at bigint not null,
    -- None where it came from a phone.
    reported_by bigint references accounts (id),
    mender text,
    mend_by text,
    -- What was done, or why nothing is.
    word text,
    ended_at bigint,
    ended_by bigint references accounts (id),
    changed_at bigint not null
);
create unique index defects_request on defects (request_id);
create index defects_by_center on defects (center_id, state);
create index defects_by_room on defects (room_id) where room_id is not null;

-- What was bought or given: the register of fixed assets, and what is lent out.
create table assets (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    room_id bigint references rooms (id),
    -- As it stands on the label.
    number text not null,
    name text not null,
    kind text not null,
    -- funds, own or donated
    origin text not null,
    bought_on text,
    cost_yuan bigint check (cost_yuan >= 0),
    lendable bigint not null default 0,
    note text,
    added_at bigint not null,
    added_by bigint references accounts (id),
    written_off_on text,
    written_off_why text,
    written_off_by bigint references accounts (id)
);
create unique index assets_number on assets (center_id, number);

-- A thing is with one borrower at a time: a person, or a unit by its name.
create table loans (
    id bigserial primary key,
    asset_id bigint not null references assets (id),
    person_id bigint references people (id),
    unit text,
    lent_at bigint not null,
    lent_by bigint references accounts (id),
    due_on text not null,
    back_at bigint,
    back_by bigint references accounts (id),
    -- In which state it came back, or that it never will.
    word text,
    lost bigint not null default 0,
    check ((person_id is null) <> (unit is null))
);
create unique index loans_out on loans (asset_id) where back_at is null;
create index loans_by_asset on loans (asset_id);
create index loans_by_person on loans (person_id) where person_id is not null;

-- Safety drills and checks, as they were held.
create table drills (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    held_on text not null,
    kind text not null,
    minutes bigint not null check (minutes between 1 and 1440),
    people bigint not null check (people between 0 and 100000),
    led_by text not null,
    found text,
    file_id bigint references files (id),
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text
);
create index drills_by_center on drills (center_id, held_on);

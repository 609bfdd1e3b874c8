-- One human, one row, however many roles; roles are rows elsewhere.

create table people (
    id bigserial primary key,
    name text not null,
    pinyin text not null,
    initials text not null,
    sex text check (sex in ('f', 'm')),
    birth_date text,
    phone_sealed text,
    phone_hash text,
    phone_last4 text,
    id_number_sealed text,
    id_number_hash text unique,
    created_at bigint not null,
    updated_at bigint not null,
    -- Grows with every change, so that of two who edit at once the second is told.
    version bigint not null default 0
);
create index people_by_phone on people (phone_hash);

-- A center knows the people enrolled in it, and no others. Address and note are what this center wrote down.
-- door_key is the keyed hash of name and phone by which a phone at the door finds its person: one person for each in
-- a center, also in a race. It is null without a phone, and for a second person of the same name and phone.
create table enrolments (
    person_id bigint not null references people (id),
    center_id bigint not null references centers (id),
    address text,
    note text,
    door_key text,
    enrolled_at bigint not null,
    primary key (person_id, center_id),
    unique (center_id, door_key)
);
create index enrolments_by_center on enrolments (center_id, person_id);

-- The ages at which somebody counts as elderly or youth, in whole years and both ends included, from a date on: what
-- was counted before a change stays as it was.
create table age_bands (
    valid_from text primary key,
    elderly_from bigint not null,
    youth_from bigint not null,
    youth_to bigint not null,
    check (youth_from <= youth_to)
);

-- Disabled and needy are granted, with a paper that says so; elderly and youth follow from the birth date.
-- Both dates are included; an open valid_to has no end.
create table group_memberships (
    id bigserial primary key,
    person_id bigint not null references people (id),
    priority_group text not null check (priority_group in ('disabled', 'needy')),
    valid_from text not null,
    valid_to text,
    document text not null,
    verified_by bigint references accounts (id),
    created_at bigint not null,
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    check (valid_to is null or valid_from <= valid_to)
);
create index group_memberships_by_person on group_memberships (person_id);

-- The memberships that were rightly granted: whatever decides or counts reads these.
create view memberships_held as
select id, person_id, priority_group, valid_from, valid_to, document from group_memberships where voided_at is null;

create table workers (
    id bigserial primary key,
    person_id bigint not null references people (id),
    center_id bigint not null references centers (id),
    account_id bigint references accounts (id),
    kind text not null check (kind in ('social_worker', 'staff')),
    qualification text,
    certificate_number text,
    started_on text not null,
    ended_on text,
    created_at bigint not null
);
create index workers_by_center on workers (center_id);
create unique index workers_live on workers (person_id, center_id) where ended_on is null;
create index workers_by_account on workers (account_id);

create table team_kinds (
    id bigserial primary key,
    code text not null unique,
    name text not null unique,
    name_en text not null,
    needs_qualification bigint not null default 0
);

create table teams (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    kind_id bigint not null references team_kinds (id),
    leader_id bigint references people (id),
    name text not null,
    founded_on text not null,
    disbanded_on text,
    created_at bigint not null,
    unique (center_id, name)
);

alter table account_scopes add column team_id bigint references teams (id);

create table team_members (
    id bigserial primary key,
    team_id bigint not null references teams (id),
    person_id bigint not null references people (id),
    joined_on text not null,
    left_on text,
    created_at bigint not null
);
create unique index team_members_live on team_members (team_id, person_id) where left_on is null;
create index team_members_by_person on team_members (person_id);

-- Which centers an account's scopes reach: the one place that says so. Queries join it; nothing else decides.
create view account_centers as
select distinct s.account_id, c.id as center_id
from account_scopes s
join centers c on s.city = 1
    or c.id = s.center_id
    or c.provider_id = s.provider_id
    or exists (select 1 from communities m where m.id = c.community_id and m.town = s.town)
    or exists (select 1 from agreements g where g.center_id = c.id and g.purchaser_id = s.purchaser_id)
    or exists (select 1 from teams t where t.center_id = c.id and t.id = s.team_id);

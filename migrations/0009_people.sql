-- One human, one row, however many roles; roles are rows elsewhere.
create table people (
    id bigserial primary key,
    -- As it is written; by what two names are taken for the same; and without its accents, by which it is searched for.
    name text not null,
    name_key text not null,
    name_fold text not null,
    -- By what names are put in order, and every reading of every syllable (src/people/pinyin.rs).
    pinyin text not null,
    sounds text not null,
    sex text,
    birth_date text,
    phone_sealed text,
    phone_hash text,
    phone_last4 text,
    id_number_sealed text,
    id_number_hash text,
    created_at bigint not null,
    updated_at bigint not null,
    -- Grows with every change, so that of two who edit at once the second is told.
    version bigint not null default 0
);
create unique index people_id_number on people (id_number_hash);
create index people_by_phone on people (phone_hash);
create index people_by_name on people (name_key);

-- A center knows the people enrolled in it, and no others. Address and note are what this center wrote down.
-- door_key is the keyed hash of name and phone by which a phone at the door finds its person: one person for each in
-- a center, also in a race. It is null without a phone, and for a second person of the same name and phone.
create table enrolments (
    person_id bigint not null references people (id),
    center_id bigint not null references centers (id),
    address text,
    note text,
    door_key text,
    enrolled_at bigint not null
);
create unique index enrolments_person on enrolments (person_id, center_id);
create unique index enrolments_door_key on enrolments (center_id, door_key);
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

-- A center's or the city's own groups (低保, 独居 …), each under one of the notice's four or under none. `bit` is its place in
-- attendances.subgroups. One under disabled or needy grants that group while it holds; elderly and youth follow from age.
create table subgroups (
    id bigserial primary key,
    code text not null,
    priority_group text,
    name text not null,
    name_en text not null,
    bit bigint not null check (bit between 0 and 61),
    retired_at bigint
);
create unique index subgroups_code on subgroups (code);
create unique index subgroups_bit on subgroups (bit);

-- Disabled and needy are granted, with a paper that says so, and so is a subgroup; elderly and youth follow from the birth
-- date. Both dates are included; an open valid_to has no end.
create table group_memberships (
    id bigserial primary key,
    person_id bigint not null references people (id),
    priority_group text,
    subgroup_id bigint references subgroups (id),
    valid_from text not null,
    valid_to text,
    document text not null,
    verified_by bigint references accounts (id),
    created_at bigint not null,
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    check (valid_to is null or valid_from <= valid_to),
    check (priority_group is not null or subgroup_id is not null)
);
create index group_memberships_by_person on group_memberships (person_id);

-- The memberships that were rightly granted, with the group that each grants: whatever decides or counts reads these.
create view memberships_held as
select m.id, m.person_id, coalesce(m.priority_group, s.priority_group) as priority_group, m.subgroup_id, m.valid_from, m.valid_to,
       m.document
from group_memberships m left join subgroups s on s.id = m.subgroup_id
where m.voided_at is null;

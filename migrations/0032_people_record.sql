-- Lives here registered (户籍) or as a migrant (外来); unknown where nobody said.
alter table people add column residence text;

-- What a center wrote down of somebody is sealed: the note, what it should know for their good, whom to call in an emergency. A note
-- from before lies in `note` until the server has sealed it, at its next start.
alter table enrolments add column note_sealed text;
alter table enrolments add column care_sealed text;
alter table enrolments add column emergency_sealed text;
-- So that a start finds at once that none is left.
create index enrolments_plain_notes on enrolments (person_id) where note is not null;

-- Further numbers of a person; the first stands in `people`.
create table person_phones (
    id bigserial primary key,
    person_id bigint not null references people (id),
    -- Whose, or where: 家里, 女儿
    label text not null,
    phone_sealed text not null,
    phone_hash text not null,
    phone_last4 text not null,
    created_at bigint not null
);
create unique index person_phones_number on person_phones (person_id, phone_hash);
create index person_phones_by_number on person_phones (phone_hash);

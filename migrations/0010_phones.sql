-- A phone that checked somebody in once, and for whom it speaks.
create table phones (
    id bigserial primary key,
    secret_hash text not null,
    label text not null,
    created_at bigint not null,
    seen_at bigint not null,
    revoked_at bigint
);
create unique index phones_secret on phones (secret_hash);

-- card_id is the card by which the phone came to speak for the person: reported lost, it takes that back.
create table phone_people (
    phone_id bigint not null references phones (id),
    person_id bigint not null references people (id),
    added_at bigint not null,
    card_id bigint
);
create unique index phone_people_pair on phone_people (phone_id, person_id);
create index phone_people_by_person on phone_people (person_id);
create index phone_people_by_card on phone_people (card_id) where card_id is not null;

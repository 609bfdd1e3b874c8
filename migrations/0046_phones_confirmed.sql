-- Whether a phone that speaks for somebody is rightly in their hands (DECISIONS 15), since when, and how that is known: their own card was
-- shown to it (`card`), or a worker or the leader of their team said so. A lost card takes back what it confirmed.
alter table phone_people add column confirmed_at bigint;
alter table phone_people add column confirmed_how text;
alter table phone_people add column confirmed_card bigint;
alter table phone_people add column confirmed_by bigint references accounts (id);
create index phone_people_by_confirmed_card on phone_people (confirmed_card) where confirmed_card is not null;

update phone_people set confirmed_at = added_at, confirmed_how = 'card', confirmed_card = card_id where card_id is not null;

-- The one place that says which confirmations hold: of a phone that is remembered, since the person's number was changed last.
create view phones_confirmed as
select f.phone_id, f.person_id, f.confirmed_at, f.confirmed_how
from phone_people f
join phones h on h.id = f.phone_id and h.revoked_at is null
join people p on p.id = f.person_id and p.erased_at is null
where f.confirmed_at is not null and (p.phone_changed_at is null or p.phone_changed_at < f.confirmed_at);

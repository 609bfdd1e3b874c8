-- For which center a row of the ledger counts that has no session: the one whose worker confirmed it. What was brought from elsewhere
-- has none; it is the person's, and stands in no center's report.
alter table hours_entries add column center_id bigint references centers (id);
create index hours_entries_by_center on hours_entries (center_id, served_on);

-- What somebody says of hours (order 67 art. 13): service that no door saw, or that a row of the ledger is not right. A claim counts nowhere;
-- what is confirmed of it stands in the ledger, and keeps its span here.
create table hour_claims (
    id bigserial primary key,
    person_id bigint not null references people (id),
    center_id bigint not null references centers (id),
    team_id bigint references teams (id),
    -- self_reported or correction
    kind text not null,
    -- The row of the ledger that is said to be wrong.
    corrects_id bigint references hours_entries (id),
    -- The first day in the center's zone.
    served_on text not null,
    -- The stretch in which the minutes lie; a correction of the minutes alone may have none.
    starts_at bigint,
    ends_at bigint,
    minutes bigint not null check (minutes between 0 and 2880),
    content text,
    -- Where, or for whom.
    place text,
    -- Why a row is wrong.
    reason text,
    -- pending, confirmed, declined or withdrawn
    state text not null,
    -- Of the form that was sent from a phone, so that the same form once more is the same claim.
    request_id text,
    -- oneself, worker or leader; by which phone or account.
    asked_as text not null,
    asked_at bigint not null,
    asked_phone bigint references phones (id),
    asked_by bigint references accounts (id),
    -- When the team's leader said that it is true.
    endorsed_at bigint,
    endorsed_phone bigint references phones (id),
    endorsed_by bigint references accounts (id),
    decided_at bigint,
    decided_by bigint references accounts (id),
    word text,
    -- The row of the ledger that came of it.
    entry_id bigint references hours_entries (id),
    constraint hour_claims_span check ((starts_at is null) = (ends_at is null) and (starts_at is null or starts_at < ends_at)),
    constraint hour_claims_kind check ((kind = 'correction') = (corrects_id is not null)),
    constraint hour_claims_entry check ((state = 'confirmed') = (entry_id is not null))
);
create index hour_claims_by_person on hour_claims (person_id, starts_at);
create index hour_claims_by_center on hour_claims (center_id, state, asked_at);
create index hour_claims_by_team on hour_claims (team_id, state);
create unique index hour_claims_made on hour_claims (entry_id);
create unique index hour_claims_sent on hour_claims (request_id);
-- About one row of the ledger one question is open at most.
create unique index hour_claims_correction on hour_claims (corrects_id) where state = 'pending';

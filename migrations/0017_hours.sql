-- The ledger of volunteer hours, in whole minutes. A correction is a reversing row, never an update. A row that was brought
-- from elsewhere has no session, but its day, what was done, and for whom.
create table hours_entries (
    id bigserial primary key,
    person_id bigint not null references people (id),
    session_id bigint references sessions (id),
    team_id bigint references teams (id),
    served_on text,
    content text,
    unit text,
    minutes bigint not null,
    -- measured, adjusted, self_reported or imported
    source text not null,
    original_minutes bigint not null,
    confirmed_at bigint not null,
    confirmed_by bigint references accounts (id),
    reverses_id bigint references hours_entries (id),
    reason text,
    check (session_id is not null or served_on is not null)
);
create index hours_entries_by_person on hours_entries (person_id);
create index hours_entries_by_session on hours_entries (session_id);
-- An entry is reversed once at most.
create unique index hours_entries_reversal on hours_entries (reverses_id);

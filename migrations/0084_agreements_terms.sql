-- What an agreement says besides its parties and its days: its number, what is to be done for which money, and when reports are due.
alter table agreements add column number text;
alter table agreements add column services text;
alter table agreements add column amount_fen bigint;
alter table agreements add column payment text;
-- From when its quarters, half-years and years are counted: calendar, or start (the agreement's first day).
alter table agreements add column years_from text not null default 'calendar';

-- Ended early: until when it had been agreed, and why it ended on `ends_on` instead.
alter table agreements add column agreed_to text;
alter table agreements add column ended_at bigint;
alter table agreements add column ended_by bigint references accounts (id);
alter table agreements add column end_reason text;

-- Taken back for it was mistyped. It has no centers any more, and by that no day, no reach and no figure; what it was stands in its versions.
alter table agreements add column voided_at bigint;
alter table agreements add column voided_by bigint references accounts (id);
alter table agreements add column void_reason text;

-- For which periods (month, quarter, half_year, year) a report is due, and how many days after the period's last.
create table agreement_cycles (
    agreement_id bigint not null references agreements (id),
    cycle text not null,
    due_days bigint not null,
    primary key (agreement_id, cycle)
);

-- What an agreement said before it was changed, whole, as JSON: who changed it, when and why.
create table agreement_versions (
    id bigserial primary key,
    agreement_id bigint not null references agreements (id),
    number bigint not null,
    was text not null,
    changed_at bigint not null,
    changed_by bigint not null references accounts (id),
    reason text
);
create unique index agreement_versions_number on agreement_versions (agreement_id, number);

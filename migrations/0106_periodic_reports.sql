-- What the purchaser says of a version that it returns; `chapter` is empty for the whole.
create table report_comments (
    version_id bigint not null references report_versions (id),
    chapter text not null,
    words text not null,
    primary key (version_id, chapter)
);

-- Who else received a report, and when.
create table report_receipts (
    report_id bigint not null references periodic_reports (id),
    account_id bigint not null references accounts (id),
    version bigint not null,
    received_at bigint not null,
    primary key (report_id, account_id, version)
);

-- The purchaser asks for the report of some days, both included; answered by whatever is submitted for them.
create table report_reminders (
    id bigserial primary key,
    agreement_id bigint not null references agreements (id),
    starts_on text not null,
    ends_on text not null,
    reminded_at bigint not null,
    reminded_by bigint references accounts (id)
);
create index report_reminders_by_period on report_reminders (agreement_id, starts_on, ends_on, reminded_at);

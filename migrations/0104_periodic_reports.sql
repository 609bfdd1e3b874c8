-- A report that an agreement owes for some of its days, both included. Of the same days there is one. `versions`: how many of it were
-- submitted, those that were taken back too.
create table periodic_reports (
    id bigserial primary key,
    public_id text not null,
    agreement_id bigint not null references agreements (id),
    kind text not null,
    starts_on text not null,
    ends_on text not null,
    due_on text not null,
    state text not null,
    versions bigint not null default 0,
    made_at bigint not null,
    made_by bigint references accounts (id),
    check (starts_on <= ends_on)
);
create unique index periodic_reports_public_id on periodic_reports (public_id);
create unique index periodic_reports_period on periodic_reports (agreement_id, starts_on, ends_on);

-- What is written in a draft, chapter by chapter; `version` goes up with each change.
create table report_chapters (
    report_id bigint not null references periodic_reports (id),
    chapter text not null,
    content text not null,
    version bigint not null,
    changed_at bigint not null,
    changed_by bigint references accounts (id),
    primary key (report_id, chapter)
);

-- What goes with a draft: a picture of a session's closing, which goes where that picture goes (it is no foreign key: who is on it may
-- have it taken away), or a file of the report's own. Taken out of the draft it stays for the versions that hold it.
create table report_evidence (
    id bigserial primary key,
    report_id bigint not null references periodic_reports (id),
    kind text not null,
    session_photo_id bigint,
    file_id bigint references files (id),
    caption text,
    added_at bigint not null,
    added_by bigint references accounts (id),
    removed_at bigint,
    check ((session_photo_id is null) <> (file_id is null))
);
create index report_evidence_by_report on report_evidence (report_id, id);
create unique index report_evidence_photo on report_evidence (report_id, session_photo_id) where removed_at is null;
create index report_evidence_by_file on report_evidence (file_id) where file_id is not null;

-- What was submitted, as it was: a canonical text (RFC 8785) and its SHA-256. `marks_seen` is the sum of the marks of its months and
-- centers as it was counted: as long as that is the same, counting again gives the same.
create table report_versions (
    id bigserial primary key,
    report_id bigint not null references periodic_reports (id),
    number bigint not null,
    document text not null,
    digest text not null,
    marks_seen bigint not null,
    state text not null,
    submitted_at bigint not null,
    submitted_by bigint references accounts (id),
    answered_at bigint,
    answered_by bigint references accounts (id)
);
create unique index report_versions_number on report_versions (report_id, number);

-- The words of a version. Its document holds their digests alone, so that words can be taken out later and the rest still holds.
-- `place` is a chapter, or `evidence.<number>` for what stands below a picture.
create table report_version_texts (
    version_id bigint not null references report_versions (id),
    place text not null,
    content text,
    salt text,
    digest text not null,
    redacted_at bigint,
    redacted_by bigint references accounts (id),
    redacted_why text,
    primary key (version_id, place)
);

-- What goes with a version.
create table report_version_evidence (
    version_id bigint not null references report_versions (id),
    number bigint not null,
    evidence_id bigint not null references report_evidence (id),
    primary key (version_id, number)
);

-- The rows behind a version's figures: their numbers, sorted, in blocks.
create table report_version_rows (
    version_id bigint not null references report_versions (id),
    kind text not null,
    block bigint not null,
    ids text not null,
    digest text not null,
    primary key (version_id, kind, block)
);

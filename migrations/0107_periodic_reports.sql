-- What was said of a sentence in which somebody may be named: that it stays, and why. By the digest of the sentence where it stands:
-- changed, it is asked about anew.
create table privacy_answers (
    report_id bigint not null references periodic_reports (id),
    hit text not null,
    reason text not null,
    answered_at bigint not null,
    answered_by bigint references accounts (id),
    primary key (report_id, hit)
);

-- Who did what to which record when. It points by number alone: it stands below everything that it tells of.
create table audit_events (
    id bigserial primary key,
    at bigint not null,
    account_id bigint,
    actor text not null,
    action text not null,
    subject text not null,
    subject_id bigint not null,
    center_id bigint,
    detail text
);
create index audit_events_by_center on audit_events (center_id, id);
create index audit_events_by_subject on audit_events (subject, subject_id);

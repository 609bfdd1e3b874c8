-- What a unit of the community was at a session: served, helping, or lending the place.
create table unit_participations (
    id bigserial primary key,
    session_id bigint not null references sessions (id),
    unit_id bigint not null references units (id),
    part text not null,
    word text,
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id)
);
create unique index unit_participations_good on unit_participations (session_id, unit_id, part) where voided_at is null;
create index unit_participations_by_unit on unit_participations (unit_id);

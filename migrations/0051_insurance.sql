-- Accident insurance of volunteers (志愿服务条例 art. 17). A policy covers all volunteers of the center, a team, or named people.
create table insurances (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    insurer text not null,
    policy_number text not null,
    -- volunteers, team or people
    covers text not null,
    team_id bigint references teams (id),
    valid_from text not null,
    valid_to text not null,
    note text,
    created_at bigint not null,
    created_by bigint references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    check (valid_from <= valid_to),
    check ((covers = 'team') = (team_id is not null))
);
create index insurances_by_center on insurances (center_id);
create unique index insurances_policy on insurances (center_id, insurer, policy_number) where voided_at is null;

-- Whom a policy of named people covers, with the days.
create table insured_people (
    id bigserial primary key,
    insurance_id bigint not null references insurances (id),
    person_id bigint not null references people (id),
    from_date text not null,
    -- The first day without cover.
    to_date text,
    added_at bigint not null,
    added_by bigint references accounts (id)
);
create unique index insured_people_now on insured_people (insurance_id, person_id) where to_date is null;
create index insured_people_by_person on insured_people (person_id);

-- Sessions at which volunteers may come to harm.
create table risky_sessions (
    session_id bigint not null references sessions (id),
    marked_at bigint not null,
    marked_by bigint references accounts (id)
);
create unique index risky_sessions_once on risky_sessions (session_id);

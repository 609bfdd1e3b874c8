-- Volunteer teams and who serves in them.

-- Written by catalogs.
create table team_kinds (
    id bigserial primary key,
    code text not null,
    name text not null,
    name_en text not null,
    needs_qualification bigint not null default 0
);
create unique index team_kinds_code on team_kinds (code);
create unique index team_kinds_name on team_kinds (name);

create table teams (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    kind_id bigint not null references team_kinds (id),
    leader_id bigint references people (id),
    name text not null,
    founded_on text not null,
    disbanded_on text,
    created_at bigint not null
);
create unique index teams_name on teams (center_id, name);

create table team_members (
    id bigserial primary key,
    team_id bigint not null references teams (id),
    person_id bigint not null references people (id),
    joined_on text not null,
    left_on text,
    created_at bigint not null
);
create unique index team_members_now on team_members (team_id, person_id) where left_on is null;
create index team_members_by_person on team_members (person_id);

-- What volunteers were trained in and commended for (志愿服务条例 art. 19). A training was held for a team, or for whoever came.
create table trainings (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    team_id bigint references teams (id),
    title text not null,
    held_on text not null,
    minutes bigint not null,
    -- Who gave it: a person or an organization, in the center's words.
    giver text not null,
    place text,
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    constraint trainings_minutes check (minutes > 0)
);
create index trainings_by_center on trainings (center_id, held_on);
create index trainings_by_team on trainings (team_id);

-- Who attended a training, with a scan of the certificate where there is one. Who was put on the list by mistake is taken off it.
create table trained_people (
    id bigserial primary key,
    training_id bigint not null references trainings (id),
    person_id bigint not null references people (id),
    file_id bigint references files (id),
    added_at bigint not null,
    added_by bigint references accounts (id),
    removed_at bigint,
    removed_by bigint references accounts (id)
);
create unique index trained_people_once on trained_people (training_id, person_id) where removed_at is null;
create index trained_people_by_person on trained_people (person_id);

-- A commendation of one person or of one team. `for_year` is the year that it is about, where it is about one.
create table commendations (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    person_id bigint references people (id),
    team_id bigint references teams (id),
    title text not null,
    -- center, town, city or other
    level text not null,
    giver text,
    given_on text not null,
    for_year bigint,
    what text,
    file_id bigint references files (id),
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    constraint commendations_of_one check ((person_id is null) <> (team_id is null)),
    constraint commendations_giver check (level <> 'other' or giver is not null)
);
create unique index commendations_person_once on commendations (center_id, person_id, title, given_on)
    where person_id is not null and voided_at is null;
create unique index commendations_team_once on commendations (center_id, team_id, title, given_on)
    where team_id is not null and voided_at is null;
create index commendations_by_center on commendations (center_id, given_on);
create index commendations_by_person on commendations (person_id);
create index commendations_by_team on commendations (team_id);

-- The social worker who looks after a team (社工+义工联动), with the days. `to_date` is the first day without them; where it is the first
-- day, they never did.
-- Written by teams.
create table team_liaisons (
    id bigserial primary key,
    team_id bigint not null references teams (id),
    worker_id bigint not null references workers (id),
    from_date text not null,
    to_date text,
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    constraint team_liaisons_days check (to_date is null or from_date <= to_date)
);
create unique index team_liaisons_now on team_liaisons (team_id) where to_date is null;
create index team_liaisons_by_worker on team_liaisons (worker_id);

-- A team's hours, month by month.
create index hours_entries_of_team on hours_entries (team_id);

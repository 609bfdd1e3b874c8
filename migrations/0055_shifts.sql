-- What volunteers are needed for at a session: how many, at which position (岗位), of which team or with which certificate.
create table shift_needs (
    id bigserial primary key,
    session_id bigint not null references sessions (id),
    -- Null where anybody who serves in the center may.
    team_id bigint references teams (id),
    kind_id bigint references qualification_kinds (id),
    position text not null,
    wanted bigint not null check (wanted between 1 and 99),
    note text,
    made_at bigint not null,
    made_by bigint references accounts (id),
    made_phone bigint references phones (id),
    withdrawn_at bigint,
    withdrawn_by bigint references accounts (id),
    withdrawn_phone bigint references phones (id),
    withdraw_reason text
);
create unique index shift_needs_position on shift_needs (session_id, position, coalesce(team_id, 0), coalesce(kind_id, 0))
where withdrawn_at is null;
create index shift_needs_by_team on shift_needs (team_id) where team_id is not null;

-- Who does it: asked, said yes or no, gave it back. A session that is moved or cancelled leaves these as they are: what that means is
-- seen when they are read.
create table shifts (
    id bigserial primary key,
    need_id bigint not null references shift_needs (id),
    -- The need's, for the door, which looks for it.
    session_id bigint not null references sessions (id),
    person_id bigint not null references people (id),
    -- invited, taken, declined, given_back, replaced, ended or merged
    state text not null,
    -- The shift that this one takes over with a yes; until then the other holds.
    instead_of bigint references shifts (id),
    made_at bigint not null,
    changed_at bigint not null,
    -- Who changed it last: worker, leader or oneself; by which account or phone.
    by_whom text not null,
    account_id bigint references accounts (id),
    phone_id bigint references phones (id),
    -- What was said beside it.
    word text
);
create unique index shifts_live on shifts (session_id, person_id) where state in ('invited', 'taken');
create index shifts_at_the_door on shifts (session_id, person_id) where state = 'taken';
create index shifts_by_need on shifts (need_id);
create index shifts_by_person on shifts (person_id);
create index shifts_by_other on shifts (instead_of) where instead_of is not null;

-- What is too much for a volunteer, and in which hours a minor may serve: one row, which the administrator changes.
create table shift_limits (
    id bigint primary key check (id = 1),
    -- More minutes on one day, or more days in a row, are warned of.
    day_minutes bigint not null check (day_minutes between 60 and 1440),
    days_running bigint not null check (days_running between 1 and 31),
    -- Minutes after midnight between which whoever is under 18 may serve, and how many on one day.
    minors_from bigint not null,
    minors_to bigint not null,
    minors_minutes bigint not null check (minors_minutes between 30 and 1440),
    check (0 <= minors_from and minors_from < minors_to and minors_to <= 1440)
);
insert into shift_limits (id, day_minutes, days_running, minors_from, minors_to, minors_minutes) values (1, 360, 6, 480, 1200, 240);

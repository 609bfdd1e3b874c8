-- What a team tells whoever may join: what it does, whom it seeks (`recruits` says whether it does), and which risks its service has (志愿服务条例
-- art. 12); and how many of it a session needs.
alter table teams add column about text;
alter table teams add column sought text;
alter table teams add column risks text;
alter table teams add column recruits bigint not null default 0 check (recruits in (0, 1));
alter table teams add column helpers bigint check (helpers between 1 and 99);

-- Since when somebody in a team does not serve for the time being.
alter table team_members add column suspended_on text;

-- A volunteer's number of our own: the id with a check digit (src/teams/number.rs). It is lasting, and stands in the place of the ID number
-- wherever somebody reads. Who was two may have two: `came_with` is who had the other.
create table volunteers (
    id bigserial primary key,
    person_id bigint not null references people (id),
    came_with bigint references people (id),
    given_at bigint not null
);
create unique index volunteers_person on volunteers (person_id, coalesce(came_with, 0));

-- Everything that became of somebody in a team, the first first: joined, suspended, resumed, left, returned.
create table team_member_changes (
    id bigserial primary key,
    team_id bigint not null references teams (id),
    person_id bigint not null references people (id),
    change text not null,
    changed_on text not null,
    reason text,
    -- worker, leader or oneself; by which account or phone.
    by_whom text not null,
    account_id bigint references accounts (id),
    phone_id bigint references phones (id),
    recorded_at bigint not null
);
create index team_member_changes_by_person on team_member_changes (person_id, team_id);
create index team_member_changes_by_team on team_member_changes (team_id, person_id);

-- Who serves or served by now.
insert into volunteers (person_id, given_at)
select m.person_id, min(m.created_at) from team_members m group by m.person_id order by min(m.id);

insert into team_member_changes (team_id, person_id, change, changed_on, by_whom, recorded_at)
select x.team_id, x.person_id, x.change, x.changed_on, 'worker', x.created_at
from (select m.id, m.team_id, m.person_id, m.created_at, m.joined_on as changed_on, 0 as place,
             case when exists (select 1 from team_members o where o.team_id = m.team_id and o.person_id = m.person_id and o.id < m.id)
                 then 'returned' else 'joined' end as change
      from team_members m
      union all
      select m.id, m.team_id, m.person_id, m.created_at, m.left_on, 1, 'left' from team_members m where m.left_on is not null) x
order by x.changed_on, x.id, x.place;

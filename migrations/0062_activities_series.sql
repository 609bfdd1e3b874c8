-- What of a session was set by hand, a bit each: 1 date, 2 time, 4 place, 8 worker, 16 team, 32 capacity. A later change of several
-- sessions of its series leaves those, unless whoever changes them says otherwise.
alter table sessions add column by_hand bigint not null default 0;

-- Whether who is to lead or to help is busy elsewhere is asked for every date of a plan.
create index sessions_by_worker on sessions (worker_id, starts_at);
create index sessions_by_team on sessions (team_id, starts_at);

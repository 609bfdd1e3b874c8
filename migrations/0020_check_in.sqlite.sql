-- A person's attendances, found month by month. An index on the person alone puts each check-in on a page of its own, somewhere
-- among all the years: with five million attendances a check-in took 1.7 times as long, most of it to write those pages.
-- Here all check-ins of a month fall on the month's few pages, and who asks for a person looks once into each month.
-- (31 days, so that it is a number; the index needs an expression that never changes, which no time zone's month is.)
create index attendances_by_month on attendances (came_at / 2678400000, person_id);

-- From one month that has attendances to the next one. `cross join` and `indexed by` keep it at that: left to choose,
-- SQLite begins with a center's sessions of all the years, or reads all attendances to make an index of its own. Who
-- joins more to this view writes `cross join` as well.
create view attendances_of_people as
with recursive months (month) as (
    select (select came_at / 2678400000 from attendances order by came_at / 2678400000 limit 1)
    union all
    select (select came_at / 2678400000 from attendances
            where came_at / 2678400000 > months.month order by came_at / 2678400000 limit 1)
    from months where months.month is not null
)
select a.id, a.session_id, a.person_id, a.part, a.came_at, a.left_at, a.voided_at,
       s.center_id, s.local_date, s.activity_id
from months m
cross join attendances a indexed by attendances_by_month
cross join sessions s
where a.came_at / 2678400000 = m.month and s.id = a.session_id;

-- A person's attendances, found month by month. An index on the person alone puts each check-in on a page of its own, somewhere
-- among all the years: with five million attendances a check-in took 1.7 times as long, most of it to write those pages.
-- Here all check-ins of a month fall on the month's few pages, and who asks for a person looks once into each month.
-- (31 days, so that it is a number; the index needs an expression that never changes, which no time zone's month is.)
drop index attendances_by_person;
create index attendances_by_month on attendances (came_at / 2678400000, person_id);

create view attendances_of_people as
with recursive
    ends (first, last) as (
        select (select came_at / 2678400000 from attendances order by came_at / 2678400000 limit 1),
               (select came_at / 2678400000 from attendances order by came_at / 2678400000 desc limit 1)
    ),
    months (month) as (select first from ends union all select month + 1 from months, ends where month < last)
select a.id, a.session_id, a.person_id, a.role, a.came_at, a.left_at, a.voided_at
from months m cross join attendances a on a.came_at / 2678400000 = m.month;

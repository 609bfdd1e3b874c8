-- The name by which a person's attendances are found on both engines. PostgreSQL keeps its index on the person: what it
-- writes for a check-in does not grow with the pages that an index touches.
create index attendances_by_person on attendances (person_id);

create view attendances_of_people as
select a.id, a.session_id, a.person_id, a.part, a.came_at, a.left_at, a.voided_at,
       s.center_id, s.local_date, s.activity_id
from attendances a join sessions s on s.id = a.session_id;

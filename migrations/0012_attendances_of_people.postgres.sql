-- The name by which a person's attendances are found on both engines. PostgreSQL keeps its index on the person: what it
-- writes for a check-in does not grow with the pages that an index touches.
create view attendances_of_people as
select id, session_id, person_id, role, came_at, left_at, voided_at from attendances;

-- Who was entered only because they were taken on as staff is no resident, until they get a certificate or somebody enters more of them.
alter table enrolments add column as_staff bigint not null default 0 check (as_staff in (0, 1));
update enrolments set as_staff = 1
where address is null and note is null
  and exists (select 1 from workers w where w.person_id = enrolments.person_id and w.center_id = enrolments.center_id)
  and not exists (select 1 from group_memberships g where g.person_id = enrolments.person_id)
  and not exists (select 1 from people p where p.id = enrolments.person_id and p.birth_date is not null);

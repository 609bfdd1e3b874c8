-- Who works for a provider in a center reads the reports of the days that it ran the center, as the provider does, and not its
-- forerunner's. Who ran a center first has all that was before.
drop view account_reports;
create view account_reports as
select r.account_id, r.center_id, r.starts_on, r.ends_on, cast(null as bigint) as agreement_id
from account_centers r
where not exists (
    select 1 from account_scopes s
    where s.account_id = r.account_id
      and (s.provider_id is not null or s.purchaser_id is not null or s.department_id is not null
           or s.held_for_id is not null
              and r.center_id = coalesce(s.center_id, (select t.center_id from teams t where t.id = s.team_id))))
union
select s.account_id, g.center_id, g.starts_on, g.ends_on, g.agreement_id
from account_scopes s
join agreements a on a.purchaser_id = s.purchaser_id
join agreement_centers g on g.agreement_id = a.id
union
select s.account_id, g.center_id, g.starts_on, g.ends_on, g.agreement_id
from account_scopes s
join agreement_departments d on d.department_id = s.department_id and d.removed_at is null
join agreement_centers g on g.agreement_id = d.agreement_id
union
select s.account_id, g.center_id, g.starts_on, g.ends_on, cast(null as bigint)
from account_scopes s
join agreements a on a.provider_id = s.provider_id
join agreement_centers g on g.agreement_id = a.id
union
select s.account_id, o.center_id,
       case when exists (select 1 from operators b
                         where b.center_id = o.center_id and b.id < o.id and (b.ends_on is null or b.ends_on >= b.starts_on))
            then o.starts_on else '1880-01-01' end as starts_on,
       coalesce(o.ends_on, '2200-12-31') as ends_on, cast(null as bigint)
from account_scopes s
join operators o on o.provider_id = s.provider_id
    or o.provider_id = s.held_for_id
        and o.center_id = coalesce(s.center_id, (select t.center_id from teams t where t.id = s.team_id))
        and exists (select 1 from operators n where n.center_id = o.center_id and n.provider_id = s.held_for_id and n.ends_on is null)
where o.ends_on is null or o.ends_on >= o.starts_on;

-- What a version hid stays hidden also where it was taken back, for it was read in between.
alter table figure_masks drop column dropped_at;

-- What a version told of a month as it was, a word and its number a line (`persons group:elderly 17`): what is told for good helps to
-- work out what is hidden later.
alter table figure_masks add column told text not null default '';

-- Departments have accounts too; and a role in a center that its provider gave is the provider's.
alter table account_scopes add column department_id bigint;
-- The provider for which the role is held, of a social worker, a team leader and a front desk: it reaches the center for as long as
-- that provider runs it.
alter table account_scopes add column held_for_id bigint;

-- Which centers an account's scopes reach, and of which days, both included: the one place that says so. Queries join it;
-- nothing else decides. Only the days of purchasers and departments have bounds, those of the agreements; a center may stand
-- here once for each of them.
drop view account_centers;
create view account_centers as
select s.account_id, c.id as center_id, '1880-01-01' as starts_on, '2200-12-31' as ends_on
from account_scopes s
join centers c on s.city = 1
    or c.id = s.center_id
    or exists (select 1 from operators o where o.center_id = c.id and o.provider_id = s.provider_id and o.ends_on is null)
    or exists (select 1 from communities m where m.id = c.community_id and m.town = s.town)
    or exists (select 1 from teams t where t.center_id = c.id and t.id = s.team_id)
where s.held_for_id is null
   or exists (select 1 from operators h where h.center_id = c.id and h.provider_id = s.held_for_id and h.ends_on is null)
union
select s.account_id, g.center_id, g.starts_on, g.ends_on
from account_scopes s
join agreements a on a.purchaser_id = s.purchaser_id
join agreement_centers g on g.agreement_id = a.id
union
select s.account_id, g.center_id, g.starts_on, g.ends_on
from account_scopes s
join agreement_departments d on d.department_id = s.department_id and d.removed_at is null
join agreement_centers g on g.agreement_id = d.agreement_id;

-- Of which centers an account may read the reports, and of which days. A provider's are those that it ran: it keeps the reports of its
-- days when another takes over, and does not get its forerunner's. Who ran a center first has all that was before, for nobody else has.
create view account_reports as
select r.account_id, r.center_id, r.starts_on, r.ends_on
from account_centers r
where not exists (select 1 from account_scopes s where s.account_id = r.account_id and s.provider_id is not null)
union
select s.account_id, g.center_id, g.starts_on, g.ends_on
from account_scopes s
join agreements a on a.provider_id = s.provider_id
join agreement_centers g on g.agreement_id = a.id
union
select s.account_id, o.center_id,
       case when exists (select 1 from operators b
                         where b.center_id = o.center_id and b.id < o.id and (b.ends_on is null or b.ends_on >= b.starts_on))
            then o.starts_on else '1880-01-01' end as starts_on,
       coalesce(o.ends_on, '2200-12-31') as ends_on
from account_scopes s
join operators o on o.provider_id = s.provider_id
where o.ends_on is null or o.ends_on >= o.starts_on;

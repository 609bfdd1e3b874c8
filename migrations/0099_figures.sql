-- What the rows of a center's month (2026-03) or year (2026) amount to, for those who count: derived, and made anew at any time. It is
-- good as long as the marks of its months together are what it was built from.
create table figure_sets (
    center_id bigint not null references centers (id),
    span text not null,
    built_from bigint not null,
    content bytea not null,
    primary key (center_id, span)
);

create index people_without_birth_date on people (id) where birth_date is null;
create index sessions_still_planned on sessions (center_id, ends_at) where status = 'planned';

-- As before, and by which agreement a purchaser or a department reads a center's reports: it reads what that one is charged with. No
-- agreement: all of it.
drop view account_reports;
create view account_reports as
select r.account_id, r.center_id, r.starts_on, r.ends_on, cast(null as bigint) as agreement_id
from account_centers r
where not exists (
    select 1 from account_scopes s
    where s.account_id = r.account_id
      and (s.provider_id is not null or s.purchaser_id is not null or s.department_id is not null))
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
where o.ends_on is null or o.ends_on >= o.starts_on;

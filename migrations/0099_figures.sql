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

-- As before, and by which agreement a purchaser reaches a center: it reads what that one is charged with.
drop view account_centers;
create view account_centers as
select s.account_id, c.id as center_id, '1880-01-01' as starts_on, '2200-12-31' as ends_on, cast(null as bigint) as agreement_id
from account_scopes s
join centers c on s.city = 1
    or c.id = s.center_id
    or exists (select 1 from operators o where o.center_id = c.id and o.provider_id = s.provider_id and o.ends_on is null)
    or exists (select 1 from communities m where m.id = c.community_id and m.town = s.town)
    or exists (select 1 from teams t where t.center_id = c.id and t.id = s.team_id)
union
select s.account_id, g.center_id, g.starts_on, g.ends_on, a.id
from account_scopes s
join agreements a on a.purchaser_id = s.purchaser_id
join agreement_centers g on g.agreement_id = a.id;

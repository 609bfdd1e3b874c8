-- Which centers an account's scopes reach, and of which days, both included: the one place that says so. Queries join it;
-- nothing else decides. Only a purchaser's days have bounds, those of its agreements; a center may stand here once for
-- each of them.
create view account_centers as
select s.account_id, c.id as center_id, '1880-01-01' as starts_on, '2200-12-31' as ends_on
from account_scopes s
join centers c on s.city = 1
    or c.id = s.center_id
    or exists (select 1 from operators o where o.center_id = c.id and o.provider_id = s.provider_id and o.ends_on is null)
    or exists (select 1 from communities m where m.id = c.community_id and m.town = s.town)
    or exists (select 1 from teams t where t.center_id = c.id and t.id = s.team_id)
union
select s.account_id, g.center_id, g.starts_on, g.ends_on
from account_scopes s
join agreements a on a.purchaser_id = s.purchaser_id
join agreement_centers g on g.agreement_id = a.id;

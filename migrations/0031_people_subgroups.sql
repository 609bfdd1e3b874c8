-- The subgroups that centers keep lists of, as shipped: names that the field uses (低保, 独居 …), each under one of the notice's four.
-- They may be renamed, retired, and others added. `bit` is never used again for another.
insert into subgroups (code, priority_group, name, name_en, bit) values
    ('subsistence', 'needy', '低保', 'Subsistence allowance', 0),
    ('extreme_hardship', 'needy', '特困供养', 'Extreme hardship support', 1),
    ('near_subsistence', 'needy', '低保边缘', 'Near the subsistence line', 2),
    ('expense_hardship', 'needy', '支出型困难', 'Hardship by expenses', 3),
    ('single_mother', 'needy', '单身特困母亲', 'Single mother in hardship', 4),
    ('living_alone', 'elderly', '独居老人', 'Elderly living alone', 5),
    ('empty_nest', 'elderly', '空巢老人', 'Elderly whose children left', 6),
    ('without_kin', 'elderly', '孤寡老人', 'Elderly without kin', 7),
    ('bereaved', 'elderly', '失独老人', 'Elderly who lost an only child', 8),
    ('dependent', 'elderly', '失能老人', 'Elderly in need of care', 9),
    ('severely_disabled', 'disabled', '重度残疾', 'Severely disabled', 10),
    ('left_behind_child', 'youth', '留守儿童', 'Child left behind', 11),
    ('child_in_need', 'youth', '困境儿童', 'Child in need', 12);

-- A scan of the paper may lie with a membership.
alter table group_memberships add column file_id bigint references files (id);

-- The view gains the subgroup's bit, which attendances copy.
drop view memberships_held;
create view memberships_held as
select m.id, m.person_id, coalesce(m.priority_group, s.priority_group) as priority_group, m.subgroup_id, m.valid_from, m.valid_to,
       m.document, s.bit
from group_memberships m left join subgroups s on s.id = m.subgroup_id
where m.voided_at is null;

-- Holidays and make-up workdays (调休补班) in one table a year, and what was brought in from a file: it can be taken back.
create table holiday_imports (
    id bigserial primary key,
    -- Whose arrangement it is: that of 2027 may have days of December 2026.
    year bigint not null,
    -- What it was taken from.
    source text not null,
    -- 1: it took the place of what was there of that year.
    replaces bigint not null check (replaces in (0, 1)),
    made_at bigint not null,
    made_by bigint not null references accounts (id),
    undone_at bigint,
    undone_by bigint references accounts (id)
);
create index holiday_imports_by_year on holiday_imports (year);

-- holiday or workday
alter table holidays add column kind text not null default 'holiday';
alter table holidays add column year bigint not null default 0;
-- 1: the program brought it along, by 全国年节及纪念日放假办法 art. 2, before the year's arrangement was known.
alter table holidays add column statutory bigint not null default 0;
alter table holidays add column import_id bigint references holiday_imports (id);
-- What an import took the place of, until that is taken back.
alter table holidays add column replaced_by bigint references holiday_imports (id);

update holidays set year = cast(substr(ends_on, 1, 4) as bigint);
update holidays set statutory = 1
where starts_on || ' ' || ends_on || ' ' || name in (
    '2026-01-01 2026-01-01 元旦',
    '2026-02-16 2026-02-19 春节',
    '2026-04-05 2026-04-05 清明节',
    '2026-05-01 2026-05-02 劳动节',
    '2026-06-19 2026-06-19 端午节',
    '2026-09-25 2026-09-25 中秋节',
    '2026-10-01 2026-10-03 国庆节',
    '2027-01-01 2027-01-01 元旦',
    '2027-02-05 2027-02-08 春节',
    '2027-04-05 2027-04-05 清明节',
    '2027-05-01 2027-05-02 劳动节',
    '2027-06-09 2027-06-09 端午节',
    '2027-09-15 2027-09-15 中秋节',
    '2027-10-01 2027-10-03 国庆节'
);

drop index holidays_start;
create unique index holidays_start on holidays (starts_on) where replaced_by is null;
create index holidays_by_year on holidays (year);
create index holidays_by_import on holidays (import_id);
create index holidays_by_replacing on holidays (replaced_by);

-- The days that hold.
create view holidays_held as
select h.id, h.kind, h.year, h.starts_on, h.ends_on, h.name, h.name_en, h.statutory, h.import_id, i.source
from holidays h left join holiday_imports i on i.id = h.import_id
where h.replaced_by is null;

-- Programmes (示范点方案): what is asked of a center's rooms, by dated versions, and of which centers. Milestones and targets are
-- not here.
create table programmes (
    id bigserial primary key,
    name text not null,
    name_en text not null,
    -- Where its rules are printed, as one would cite it.
    source text not null,
    -- Of those that give rules a center has one a day at most.
    gives_rules bigint not null check (gives_rules in (0, 1)),
    created_at bigint not null
);
create unique index programmes_name on programmes (name);

-- A version holds from its first day until the next one's. One that was taken back never held.
create table programme_versions (
    id bigserial primary key,
    programme_id bigint not null references programmes (id),
    valid_from text not null,
    -- Square metres of all rooms together; null where none are asked for.
    area_m2 bigint,
    -- The least share of the optional kinds, in percent.
    optional_percent bigint not null,
    -- 1: the required kinds are those that the catalog calls so. 0: those of programme_kinds.
    by_catalog bigint not null check (by_catalog in (0, 1)),
    reason text not null,
    created_at bigint not null,
    created_by bigint references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    constraint programme_versions_asked check (area_m2 > 0 and optional_percent between 0 and 100)
);
create unique index programme_versions_start on programme_versions (programme_id, valid_from) where voided_at is null;

-- The kinds of rooms that a version lists.
create table programme_kinds (
    version_id bigint not null references programme_versions (id),
    kind_id bigint not null references room_kinds (id),
    primary key (version_id, kind_id)
);

-- For which centers it holds, from a day on and perhaps to a day, both included: one center, or all of a kind. What is said of a
-- center goes before what is said of its kind.
create table programme_scopes (
    id bigserial primary key,
    programme_id bigint not null references programmes (id),
    center_id bigint references centers (id),
    -- demonstration or town
    center_kind text,
    from_date text not null,
    to_date text,
    created_at bigint not null,
    created_by bigint references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    constraint programme_scopes_whom check ((center_id is null) <> (center_kind is null)),
    constraint programme_scopes_days check (to_date is null or from_date <= to_date)
);
create index programme_scopes_by_programme on programme_scopes (programme_id);
create index programme_scopes_by_center on programme_scopes (center_id);

-- The notice of 2012 for the city's demonstration points. It prints no list of required kinds (the standard was issued apart), so
-- those are the catalog's, which the administrator edits.
insert into programmes (name, name_en, source, gives_rules, created_at)
values ('2012年东莞市社区综合服务中心示范点建设实施方案', 'Demonstration points of Dongguan, 2012', '东府办〔2012〕65号 四（二）4', 1, 0);

insert into programme_versions (programme_id, valid_from, area_m2, optional_percent, by_catalog, reason, created_at)
select id, '2012-05-14', 1500, 50, 1, '服务功能室总面积原则上不少于1500平方米；必须具备必备功能室，设立50%以上的选择性功能室', 0
from programmes where name = '2012年东莞市社区综合服务中心示范点建设实施方案';

insert into programme_scopes (programme_id, center_kind, from_date, created_at)
select id, 'demonstration', '2012-05-14', 0
from programmes where name = '2012年东莞市社区综合服务中心示范点建设实施方案';

-- Export profiles (上报模板): what a file for another system holds, for records kept here must be entered there too (志愿服务记录与证明出具办法,
-- Ministry of Civil Affairs order 67, art. 4). None of the column lists of those systems is public, so the city's administrator edits these.
create table export_profiles (
    id bigserial primary key,
    name text not null,
    -- What a row is: volunteers or service_records
    subject text not null,
    -- {center}, {from} and {to} stand for what it is filled with; the ending follows from the format.
    file_name text not null,
    -- xlsx, csv_utf8 or csv_gb18030
    format text not null,
    note text,
    -- Grows with every change of the profile or its columns, so that of two who edit at once the second is told.
    version bigint not null default 1,
    created_at bigint not null,
    created_by bigint references accounts (id),
    retired_at bigint
);
create unique index export_profiles_name on export_profiles (name);

-- A column holds a field of Linli's or the same text in every row.
create table export_columns (
    id bigserial primary key,
    profile_id bigint not null references export_profiles (id),
    place bigint not null,
    title text not null,
    field text,
    constant text,
    required bigint not null default 0 check (required in (0, 1)),
    -- iso, chinese or compact: how a day is written in it
    date_form text not null default 'iso',
    check ((field is null) <> (constant is null))
);
create index export_columns_by_profile on export_columns (profile_id, place);

insert into export_profiles (name, subject, file_name, format, note, created_at) values
    ('示例：志愿服务记录', 'service_records', '志愿服务记录_{center}_{from}_{to}', 'xlsx',
     '按《志愿服务记录与证明出具办法（试行）》（民政部令第67号）第七条所列项目编排的示例，不是民政部或任何信息系统公布的模板。上报前，请对照所用系统的模板修改。', 0),
    ('示例：志愿者基本信息', 'volunteers', '志愿者基本信息_{center}_{to}', 'xlsx',
     '志愿者基本信息的示例，不是民政部或任何信息系统公布的模板。上报前，请对照所用系统的模板修改。', 0);

insert into export_columns (profile_id, place, title, field, required, date_form) values
    (1, 1, '志愿者姓名', 'name', 1, 'iso'),
    (1, 2, '身份证件类型', 'id_kind', 0, 'iso'),
    (1, 3, '身份证件号码', 'id_number', 1, 'iso'),
    (1, 4, '活动名称', 'activity', 1, 'iso'),
    (1, 5, '服务日期', 'served_on', 1, 'iso'),
    (1, 6, '服务地点', 'place', 1, 'iso'),
    (1, 7, '服务内容', 'content', 1, 'iso'),
    (1, 8, '服务时间（小时）', 'hours', 1, 'iso'),
    (1, 9, '活动组织单位', 'organizer', 1, 'iso'),
    (1, 10, '活动负责人', 'in_charge', 1, 'iso'),
    (2, 1, '姓名', 'name', 1, 'iso'),
    (2, 2, '身份证件类型', 'id_kind', 1, 'iso'),
    (2, 3, '身份证件号码', 'id_number', 1, 'iso'),
    (2, 4, '性别', 'sex', 1, 'iso'),
    (2, 5, '出生日期', 'birth_date', 1, 'iso'),
    (2, 6, '联系电话', 'phone', 1, 'iso'),
    (2, 7, '居住地址', 'address', 0, 'iso'),
    (2, 8, '志愿者编号', 'volunteer_number', 0, 'iso'),
    (2, 9, '所在队伍', 'team', 0, 'iso'),
    (2, 10, '加入日期', 'joined_on', 0, 'iso');

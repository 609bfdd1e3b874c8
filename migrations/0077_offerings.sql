-- What an activity offers. target_groups: a bit for everybody (1) and for each of the four priority groups in the notice's order (2 to
-- 16); 0 where nothing was said. service_line: which of the notice's three it is (public, volunteer or convenience). cost_yuan: what a
-- resident pays, whole yuan; 0 is free of charge, null where nothing was said. Activities of one center may share a picture.
alter table activities add column target_groups bigint not null default 0 constraint activities_target_groups check (target_groups between 0 and 31);
alter table activities add column service_line text;
alter table activities add column materials text;
alter table activities add column cost_yuan bigint constraint activities_cost_yuan check (cost_yuan between 0 and 9999);
alter table activities add column picture_file_id bigint references files (id);
create index activities_by_picture on activities (picture_file_id) where picture_file_id is not null;

-- An activity that a center keeps to begin others with: the fields of its form, as JSON, and the rule by which it repeats.
create table activity_templates (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    name text not null,
    plan text not null,
    rule text,
    created_at bigint not null,
    created_by bigint references accounts (id),
    retired_at bigint
);
create unique index activity_templates_name on activity_templates (center_id, name) where retired_at is null;

-- Which activity of a quarter was made again in another, by which try: the same try makes nothing twice.
create table activity_copies (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    source_id bigint not null references activities (id),
    activity_id bigint not null references activities (id),
    -- The first day of the quarter into which it was copied.
    quarter text not null,
    request_id text not null,
    copied_at bigint not null,
    copied_by bigint references accounts (id)
);
create unique index activity_copies_try on activity_copies (request_id, source_id);
create index activity_copies_by_quarter on activity_copies (center_id, quarter);
create index activity_copies_by_source on activity_copies (source_id);
create index activity_copies_by_activity on activity_copies (activity_id);

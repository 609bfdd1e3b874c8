-- Indicators that many agreements ask for alike: copied into one, and then its own.
create table indicator_templates (
    id bigserial primary key,
    name text not null,
    created_at bigint not null,
    created_by bigint not null references accounts (id),
    retired_at bigint
);
create unique index indicator_templates_name on indicator_templates (name) where retired_at is null;

create table indicator_template_items (
    id bigserial primary key,
    template_id bigint not null references indicator_templates (id),
    name text not null,
    name_en text not null,
    unit text not null,
    target bigint not null,
    span text not null,
    place bigint not null,
    measure text,
    within text,
    check (target > 0),
    check (measure is not null or within is null)
);
create index indicator_template_items_by_template on indicator_template_items (template_id);

-- Units of the community (驻社区企事业单位, 社区社会组织), as a center knows them.
create table units (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    -- As it is written; by what two names are taken for the same; and by what names are put in order.
    name text not null,
    name_key text not null,
    pinyin text not null,
    kind text not null,
    contact text,
    phone_sealed text,
    address text,
    note text,
    -- From when on it is in the community; not known where it has been for long.
    since text,
    -- The last day on which it was.
    ended_on text,
    -- Of a community organization alone.
    standing text,
    founded_on text,
    supported_since text,
    supported_by text,
    created_at bigint not null,
    -- Grows with every change, so that of two who edit at once the second is told.
    version bigint not null default 0,
    check (coalesce(since, founded_on, ended_on) <= ended_on)
);
create unique index units_name on units (center_id, name_key);

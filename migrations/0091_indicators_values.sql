-- What a center reached in a month of what is entered by hand. A later value takes the place of the former, which stays.
create table indicator_values (
    id bigserial primary key,
    indicator_id bigint not null references indicators (id),
    center_id bigint not null references centers (id),
    -- 2026-03
    month text not null,
    value bigint not null,
    word text,
    file_id bigint references files (id),
    entered_at bigint not null,
    entered_by bigint not null references accounts (id),
    -- Why it takes the place of another.
    reason text,
    replaced_at bigint,
    check (value >= 0)
);
create unique index indicator_values_now on indicator_values (indicator_id, center_id, month) where replaced_at is null;
create index indicator_values_by_file on indicator_values (file_id) where file_id is not null;

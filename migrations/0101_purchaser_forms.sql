-- A purchaser's own form: a workbook whose named cells are filled with a period's figures. The file is kept as it came.
create table purchaser_forms (
    id bigserial primary key,
    purchaser_id bigint not null references purchasers (id),
    name text not null,
    file_id bigint not null references files (id),
    kept_at bigint not null,
    kept_by bigint references accounts (id),
    constraint purchaser_forms_file unique (file_id)
);
create unique index purchaser_forms_name on purchaser_forms (purchaser_id, name);

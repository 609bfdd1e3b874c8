-- Who else receives an agreement's reports: authorities that are no party to it.
create table departments (
    id bigserial primary key,
    name text not null,
    contact text,
    created_at bigint not null
);
create unique index departments_name on departments (name);

-- A department that an agreement names. It reads the reports of the agreement's days for as long as it is named.
create table agreement_departments (
    id bigserial primary key,
    agreement_id bigint not null references agreements (id),
    department_id bigint not null references departments (id),
    added_at bigint not null,
    added_by bigint references accounts (id),
    removed_at bigint,
    removed_by bigint references accounts (id)
);
create unique index agreement_departments_now on agreement_departments (agreement_id, department_id) where removed_at is null;
create index agreement_departments_by_department on agreement_departments (department_id);

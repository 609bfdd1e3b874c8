-- Who comes along: heads without a name that belong to somebody's attendance, and who brought and who fetched a child.
alter table head_counts add column attendance_id bigint references attendances (id);
create unique index head_counts_companions on head_counts (attendance_id) where attendance_id is not null and voided_at is null;

create table escorts (
    id bigserial primary key,
    attendance_id bigint not null references attendances (id),
    -- in: brought; out: fetched.
    way text not null check (way in ('in', 'out')),
    name text not null,
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    voided_at bigint
);
create unique index escorts_live on escorts (attendance_id, way) where voided_at is null;

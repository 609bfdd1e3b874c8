-- Below which number a count of people is not told to who reads totals without knowing the people: one row, or none while it is as
-- shipped.
create table small_cells (
    id bigint not null primary key,
    least bigint not null,
    set_at bigint not null,
    set_by bigint not null references accounts (id),
    constraint small_cells_once check (id = 1),
    constraint small_cells_least check (least between 2 and 20)
);

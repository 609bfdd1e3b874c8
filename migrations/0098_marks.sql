-- Which months of a center are counted otherwise than before: see src/marks.rs.
create table marks (
    center_id bigint not null references centers (id),
    month text not null,
    version bigint not null,
    primary key (center_id, month)
);
insert into marks (center_id, month, version)
select distinct center_id, substr(local_date, 1, 7), 1 from sessions where status = 'completed';

-- Whether whoever reads no small numbers is told of periods that are not over: as shipped they are not, for who asks again and again
-- learns a hidden number from what a total grows by.
alter table small_cells add column under_way bigint not null default 0;

-- After how many confirmed hours volunteers have the hours of how many stars. Associations rate; here is only counted.
create table star_levels (
    stars bigint not null,
    hours bigint not null,
    constraint star_levels_hours check (stars between 1 and 9 and hours > 0)
);
create unique index star_levels_stars on star_levels (stars);

insert into star_levels (stars, hours) values (1, 100), (2, 300), (3, 600), (4, 1000), (5, 1500);

-- Public holidays, first and last day included. A series proposes to skip them; a center may well open on one.
create table holidays (
    id bigserial primary key,
    starts_on text not null,
    ends_on text not null,
    name text not null,
    name_en text not null,
    check (starts_on <= ends_on)
);
create unique index holidays_start on holidays (starts_on);

-- When somebody was erased: the row stays as a number without content, so that what was counted stays counted. `erased_born` keeps
-- for the figures whether a birth date was known, and not which.
alter table people add column erased_at bigint;
alter table people add column erased_born bigint check (erased_born in (0, 1));

-- Which centers knew somebody and know them no more: there the page of the number says so.
create table erased_enrolments (
    person_id bigint not null references people (id),
    center_id bigint not null references centers (id),
    erased_at bigint not null
);
create unique index erased_enrolments_person on erased_enrolments (person_id, center_id);

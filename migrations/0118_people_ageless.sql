-- Of whom nobody knows how old they are, read from the index alone. A birth date that was taken out is known still as a year.
drop index people_without_birth_date;
create index people_ageless on people (id) where birth_date is null and coalesce(erased_born, 0) = 0;

-- Somebody is looked for in all of the city by how a number ends.
create index people_by_last4 on people (phone_last4);
create index person_phones_by_last4 on person_phones (phone_last4);

-- What is unique where it is there at all: rows without it are left out of the index. SQLite takes a unique index for one that finds at
-- most one row, also where it is asked for all that have none: of four hundred thousand hours, each of which reverses nothing, it
-- read every one for each volunteer. People's ID numbers stay as they are: being a key, they hold the person's row on PostgreSQL.
drop index hours_entries_reversal;
create unique index hours_entries_reversal on hours_entries (reverses_id) where reverses_id is not null;

drop index accounts_login;
create unique index accounts_login on accounts (login) where login is not null;

drop index communities_number;
create unique index communities_number on communities (number) where number is not null;

drop index head_counts_request;
create unique index head_counts_request on head_counts (request_id) where request_id is not null;

drop index hour_claims_made;
create unique index hour_claims_made on hour_claims (entry_id) where entry_id is not null;

drop index hour_claims_sent;
create unique index hour_claims_sent on hour_claims (request_id) where request_id is not null;

drop index planned_rooms_room;
create unique index planned_rooms_room on planned_rooms (room_id) where room_id is not null;

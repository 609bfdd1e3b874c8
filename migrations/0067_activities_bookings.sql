-- What is written beside a booking that is no session's: what it is for, and when the room is used, without the buffer. Only
-- who reads the center reads the label, unless it says that it is for all: to everybody else the room is busy.
alter table bookings add column label text constraint bookings_label check (kind = 'session' or label is not null);
alter table bookings add column label_public bigint not null default 0;
alter table bookings add column used_from bigint constraint bookings_used_from check (kind = 'session' or used_from >= starts_at);
alter table bookings add column used_to bigint constraint bookings_used_to check (kind = 'session' or used_to <= ends_at);

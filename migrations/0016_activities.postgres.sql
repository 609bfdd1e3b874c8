-- Two live bookings of one room never overlap: decided here, so that no race can get around it.
create extension if not exists btree_gist;
alter table bookings add constraint booking_overlap
    exclude using gist (room_id with =, int8range(starts_at, ends_at) with &&) where (released_at is null);

-- Whose time a booking takes that is no session's, and for which kind of service: whoever plans a session with that worker is told
-- that they are busy; for what, that worker alone reads.
alter table bookings add column worker_id bigint references workers (id);
alter table bookings add column service_kind_id bigint references service_kinds (id);
update bookings set
    worker_id = (select a.worker_id from appointments a where a.booking_id = bookings.id),
    service_kind_id = (select a.kind_id from appointments a where a.booking_id = bookings.id)
where kind = 'appointment';
create index bookings_by_worker on bookings (worker_id, starts_at) where worker_id is not null;

-- When a day that had been given up was found to be planned again, by hand: from then on it stays as it is. Two of one time are kept
-- apart by the room's bookings; one that was moved elsewhere leaves its time to another.
alter table open_days add column restored_at bigint;
drop index open_days_once;
create index open_days_by_day on open_days (open_room_id, local_date);

-- The same rule, without reading all that a room was booked for over the years: of live bookings that do not overlap one another, only
-- those that begin within a new one can be in its way, and the last that begins before it.
drop trigger booking_overlap_insert;
drop trigger booking_overlap_update;

create trigger booking_overlap_insert before insert on bookings when new.released_at is null
begin
    select raise(abort, 'booking_overlap') where exists (
        select 1 from bookings b
        where b.room_id = new.room_id and b.released_at is null
          and b.starts_at >= new.starts_at and b.starts_at < new.ends_at
    ) or new.starts_at < (
        select b.ends_at from bookings b
        where b.room_id = new.room_id and b.released_at is null and b.starts_at < new.starts_at
        order by b.starts_at desc limit 1
    );
end;

create trigger booking_overlap_update before update on bookings when new.released_at is null
begin
    select raise(abort, 'booking_overlap') where exists (
        select 1 from bookings b
        where b.id <> new.id and b.room_id = new.room_id and b.released_at is null
          and b.starts_at >= new.starts_at and b.starts_at < new.ends_at
    ) or new.starts_at < (
        select b.ends_at from bookings b
        where b.id <> new.id and b.room_id = new.room_id and b.released_at is null and b.starts_at < new.starts_at
        order by b.starts_at desc limit 1
    );
end;

-- Two live bookings of one room never overlap: decided here, so that no race can get around it.
-- SQLite has one writer at a time, so what the trigger reads is what is there when it writes.
create trigger booking_overlap_insert before insert on bookings when new.released_at is null
begin
    select raise(abort, 'booking_overlap') where exists (
        select 1 from bookings b
        where b.room_id = new.room_id and b.released_at is null
          and b.starts_at < new.ends_at and new.starts_at < b.ends_at
    );
end;

create trigger booking_overlap_update before update on bookings when new.released_at is null
begin
    select raise(abort, 'booking_overlap') where exists (
        select 1 from bookings b
        where b.id <> new.id and b.room_id = new.room_id and b.released_at is null
          and b.starts_at < new.ends_at and new.starts_at < b.ends_at
    );
end;

-- On PostgreSQL the constraint reads no more than what is in the way; SQLite's triggers are mended in the file beside this one.
comment on constraint booking_overlap on bookings is 'two live bookings of one room never overlap';

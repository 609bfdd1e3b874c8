-- A worker's bookable times (个案, 法律, 心理), and who took them. To everybody but that worker they are "busy": who comes stands nowhere
-- else.

create table appointment_times (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    worker_id bigint not null references workers (id),
    room_id bigint not null references rooms (id),
    kind_id bigint not null references service_kinds (id),
    weekday bigint not null check (weekday between 1 and 7),
    -- Minutes after midnight.
    from_minute bigint not null,
    to_minute bigint not null,
    slot_minutes bigint not null check (slot_minutes between 10 and 240),
    -- Whether residents take one by phone; staff takes one for anybody.
    by_phone bigint not null default 0,
    valid_from text not null,
    -- The first day without it.
    ended_on text,
    created_at bigint not null,
    created_by bigint references accounts (id),
    constraint appointment_times_span check (from_minute >= 0 and from_minute < to_minute and to_minute <= 1440)
);
create index appointment_times_by_center on appointment_times (center_id);
create index appointment_times_by_worker on appointment_times (worker_id);

create table appointments (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    worker_id bigint not null references workers (id),
    kind_id bigint not null references service_kinds (id),
    room_id bigint not null references rooms (id),
    booking_id bigint not null references bookings (id),
    request_id text not null,
    starts_at bigint not null,
    ends_at bigint not null,
    -- booked, cancelled, came or missed
    state text not null,
    -- Whom staff took it for.
    person_id bigint references people (id),
    -- The phone that took it, and what was told on it: name, number, and a word.
    phone_id bigint references phones (id),
    told_sealed text,
    told_key text,
    made_at bigint not null,
    made_by bigint references accounts (id),
    ended_at bigint,
    ended_by bigint references accounts (id),
    -- Why it does not take place.
    reason text,
    check (starts_at < ends_at),
    check ((person_id is null) <> (phone_id is null))
);
create unique index appointments_request on appointments (request_id);
create unique index appointments_live on appointments (worker_id, starts_at) where state = 'booked';
create index appointments_by_center on appointments (center_id, starts_at);
create index appointments_by_worker on appointments (worker_id, starts_at);
create index appointments_by_person on appointments (person_id) where person_id is not null;
create index appointments_by_phone on appointments (phone_id) where phone_id is not null;
create index appointments_by_key on appointments (told_key) where told_key is not null;
create index appointments_by_booking on appointments (booking_id);

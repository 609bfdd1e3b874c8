-- Rooms for what is no activity: a meeting, maintenance, and a residents' group whose wish was granted. When and where it is,
-- the booking says (0015_activities.sql); moved, it has another one.
create table reservations (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    -- meeting, maintenance or request
    kind text not null,
    title text not null,
    -- Who holds the meeting, mends, or which group it is.
    holder text not null,
    attendees text,
    heads bigint,
    booking_id bigint not null references bookings (id),
    -- The first of those that were made together.
    series_id bigint references reservations (id),
    -- What was said and decided, or what was done; written afterwards.
    minutes text,
    minutes_at bigint,
    minutes_by bigint references accounts (id),
    created_at bigint not null,
    created_by bigint not null references accounts (id),
    cancelled_at bigint,
    cancel_reason text,
    constraint reservations_heads check (heads > 0),
    constraint reservations_minutes check ((minutes is null) = (minutes_at is null)),
    constraint reservations_cancelled check (cancel_reason is null or cancelled_at is not null)
);
create unique index reservations_booking on reservations (booking_id);
create index reservations_by_center on reservations (center_id);
create index reservations_by_series on reservations (series_id) where series_id is not null;

-- Papers of one: the signed list, photos, what was handed out.
create table reservation_files (
    reservation_id bigint not null references reservations (id),
    file_id bigint not null references files (id),
    added_at bigint not null,
    added_by bigint not null references accounts (id),
    constraint reservation_files_file unique (file_id)
);
create index reservation_files_by_reservation on reservation_files (reservation_id);

-- What a residents' group asked for on the public page. Who asked is sealed, and known again by the key by which the door would
-- know them; the link in their hand is kept as a hash.
create table room_requests (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    phone_id bigint not null references phones (id),
    request_id text not null,
    link_hash text not null,
    -- open, approved, declined, withdrawn or cancelled
    state text not null,
    group_name text not null,
    contact_sealed text,
    contact_key text not null,
    team_id bigint references teams (id),
    -- None: any room.
    room_id bigint references rooms (id),
    day text not null,
    -- Minutes after midnight.
    from_minute bigint not null,
    to_minute bigint not null,
    heads bigint not null,
    purpose text not null,
    -- The house rules that were before them.
    rules text not null,
    sent_at bigint not null,
    answered_at bigint,
    answered_by bigint references accounts (id),
    -- Conditions of a yes, the reason of a no.
    word text,
    reservation_id bigint references reservations (id),
    constraint room_requests_span check (from_minute < to_minute),
    constraint room_requests_reserved check (state in ('open', 'declined', 'withdrawn') or reservation_id is not null)
);
create unique index room_requests_request on room_requests (request_id);
create unique index room_requests_link on room_requests (link_hash);
create unique index room_requests_reservation on room_requests (reservation_id) where reservation_id is not null;
create index room_requests_by_center on room_requests (center_id, state);
create index room_requests_by_phone on room_requests (phone_id);
create index room_requests_by_key on room_requests (contact_key);

-- Calendars that somebody subscribes to by a link of their own: of a center with its drafts, of a room, a team or a worker for whom works
-- here; of a person for whose phone it is. A link is good for as long as whoever made it may see what it shows: that is looked up each
-- time. The secret follows from the installation's key and the row's nonce, so it can be shown again to who made it, and a stolen database
-- opens nothing.
create table feeds (
    id bigserial primary key,
    -- center, room, team, worker or person
    kind text not null,
    -- Null for a person's: they may come to several.
    center_id bigint references centers (id),
    room_id bigint references rooms (id),
    team_id bigint references teams (id),
    worker_id bigint references workers (id),
    person_id bigint references people (id),
    -- Whose it is: an account's, or a phone's.
    account_id bigint references accounts (id),
    phone_id bigint references phones (id),
    nonce text not null,
    secret_hash text not null,
    made_at bigint not null,
    ended_at bigint,
    check ((account_id is null) <> (phone_id is null)),
    check ((person_id is null) = (phone_id is null)),
    check ((person_id is null) = (center_id is not null))
);
create unique index feeds_secret on feeds (secret_hash);
create unique index feeds_live_center on feeds (account_id, center_id) where kind = 'center' and ended_at is null;
create unique index feeds_live_room on feeds (account_id, room_id) where room_id is not null and ended_at is null;
create unique index feeds_live_team on feeds (account_id, team_id) where team_id is not null and ended_at is null;
create unique index feeds_live_worker on feeds (account_id, worker_id) where worker_id is not null and ended_at is null;
create unique index feeds_live_person on feeds (phone_id, person_id) where person_id is not null and ended_at is null;
create index feeds_by_person on feeds (person_id) where person_id is not null;

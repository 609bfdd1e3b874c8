-- How one registers for an activity's sessions; a row with a session is that session's own, and goes before the activity's.
create table registration_terms (
    id bigserial primary key,
    activity_id bigint not null references activities (id),
    session_id bigint references sessions (id),
    -- open, recommended or required
    mode text not null,
    -- 1: for all dates or none. The activity's row decides it, for all sessions.
    whole bigint not null,
    -- Seats that only priority groups get until so many hours before the start.
    kept bigint not null check (kept between 0 and 9999),
    kept_hours bigint not null check (kept_hours between 1 and 2160),
    waitlist bigint not null,
    -- The most that somebody may bring.
    companions bigint not null check (companions between 0 and 20),
    age_from bigint,
    age_to bigint,
    -- A bit for each of the four priority groups, in the notice's order; 0 where everybody may.
    only_groups bigint not null,
    -- Days before the start from which one may register; null for at once. Hours before it until which.
    opens_days bigint,
    closes_hours bigint not null,
    -- Minutes after the start when the seats of those who have not come are open to others.
    late_minutes bigint not null check (late_minutes between 0 and 240),
    changed_at bigint not null,
    changed_by bigint references accounts (id)
);
create unique index registration_terms_of_activity on registration_terms (activity_id) where session_id is null;
create unique index registration_terms_of_session on registration_terms (session_id) where session_id is not null;
create index registration_terms_by_activity on registration_terms (activity_id);

-- Somebody's place in all dates of an activity, or their turn on its waitlist.
create table courses (
    id bigserial primary key,
    activity_id bigint not null references activities (id),
    person_id bigint not null references people (id),
    -- confirmed, waiting, ended or merged
    state text not null,
    heads bigint not null check (heads between 1 and 21),
    made_at bigint not null,
    changed_at bigint not null,
    made_by text not null,
    account_id bigint references accounts (id),
    phone_id bigint references phones (id),
    request_id text not null,
    link text not null
);
create unique index courses_live on courses (activity_id, person_id) where state in ('confirmed', 'waiting');
create index courses_by_person on courses (person_id);

-- A person's seats in a session, or their turn on its waitlist. Where a session is moved or cancelled they stay as they are: what that
-- means is seen when they are read.
create table registrations (
    id bigserial primary key,
    session_id bigint not null references sessions (id),
    person_id bigint not null references people (id),
    course_id bigint references courses (id),
    -- confirmed, waiting, cancelled, excused, no_show or merged
    state text not null,
    -- The person and whom they bring.
    heads bigint not null check (heads between 1 and 21),
    made_at bigint not null,
    changed_at bigint not null,
    -- Whose hand made it, and whose changed it last.
    made_by text not null,
    changed_by text not null,
    account_id bigint references accounts (id),
    phone_id bigint references phones (id),
    request_id text not null,
    -- What leads whoever registered back to it.
    link text not null,
    -- What was said when it ended.
    word text,
    -- What was said to whoever called: comes, cannot or not_reached.
    call text,
    called_at bigint,
    called_by bigint references accounts (id)
);
create unique index registrations_live on registrations (session_id, person_id) where state in ('confirmed', 'waiting', 'no_show');
create index registrations_by_request on registrations (request_id, session_id, person_id);
create index registrations_by_session on registrations (session_id);
create index registrations_by_person on registrations (person_id);
create index registrations_by_course on registrations (course_id) where course_id is not null;
create index registrations_by_phone on registrations (phone_id) where phone_id is not null;
create index registrations_by_link on registrations (link);

-- What visitors say of a session, and nothing of who said it: no phone, no person, no address, no time but the date.
-- The key is random and given by the program, never counted up: rows in the order of their keys (on SQLite that is how
-- they lie in the file) cannot be laid beside the scans.
create table ratings (
    id bigserial primary key,
    session_id bigint not null references sessions (id),
    local_date text not null,
    score bigint not null check (score between 1 and 5),
    comment text
);
create index ratings_by_session on ratings (session_id);

-- What is written down of a session beside its summary: what was used up, and a word for whoever holds the activity's next one.
create table session_notes (
    session_id bigint primary key references sessions (id),
    materials text,
    next_time text,
    changed_at bigint not null,
    changed_by bigint references accounts (id)
);

-- Pictures that were taken there, each a sealed file: people are on them. `chosen`: one of those that go with the text for the
-- center's WeChat account.
create table session_photos (
    id bigserial primary key,
    session_id bigint not null references sessions (id),
    file_id bigint not null references files (id),
    caption text,
    chosen bigint not null default 0,
    added_at bigint not null,
    added_by bigint references accounts (id),
    constraint session_photos_file unique (file_id)
);
create index session_photos_by_session on session_photos (session_id, id);
create index session_photos_by_age on session_photos (added_at);

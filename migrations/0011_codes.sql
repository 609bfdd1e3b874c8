-- The codes behind every QR: of a session, an activity, a room or a center (`kind`), each good until it is replaced.
create table codes (
    id bigserial primary key,
    token text not null,
    kind text not null,
    subject_id bigint not null,
    created_at bigint not null,
    replaced_at bigint,
    replaced_by bigint references accounts (id)
);
create unique index codes_token on codes (token);
create unique index codes_good on codes (kind, subject_id) where replaced_at is null;

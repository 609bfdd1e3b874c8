-- A tablet at the front desk. It begins as a link, good once for some minutes, that somebody of the center made; who opens
-- it on the tablet gives it an account of its own (front desk, no password), which ends when the device is cut off.
create table devices (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    name text not null,
    link_hash text not null,
    link_expires_at bigint not null,
    added_at bigint not null,
    added_by bigint not null references accounts (id),
    account_id bigint references accounts (id),
    enrolled_at bigint,
    cut_off_at bigint,
    cut_off_by bigint references accounts (id)
);
create unique index devices_link on devices (link_hash);
create index devices_by_center on devices (center_id, id);

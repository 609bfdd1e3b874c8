-- One-time links by which somebody opens the account that was made for them, or chooses a new password: nobody else ever knows
-- the password. The secret follows from the installation's key and this row, so a stolen database opens nothing.
create table account_links (
    id bigserial primary key,
    account_id bigint not null references accounts (id),
    -- 1 where the account had never been opened: such a link may be shown to whoever made the account.
    opens bigint not null check (opens in (0, 1)),
    secret_hash text not null,
    created_at bigint not null,
    ends_at bigint not null,
    used_at bigint
);
create unique index account_links_secret on account_links (secret_hash);
create index account_links_by_account on account_links (account_id);

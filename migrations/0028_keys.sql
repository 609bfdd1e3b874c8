-- The keys by which personal data is sealed, each wrapped by the installation's secret (LINLI_KEY, or the .key file). A sealed value
-- begins with the number of its key; what has none was sealed by a key that comes from the secret itself, 0. New values are sealed
-- by the highest number that is current. That one is never removed, so no number is used again.
create table data_keys (
    number bigint primary key,
    wrapped text not null,
    made_at bigint not null,
    -- Since when values are sealed by it; null while it is only announced, so that every process may read it before.
    current_at bigint
);

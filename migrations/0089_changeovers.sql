-- The day on which another provider takes a center over, and the list of what goes over: made for that day, signed by both.
create table changeovers (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    from_provider_id bigint not null references providers (id),
    to_provider_id bigint not null references providers (id),
    -- The new provider's first day.
    changes_on text not null,
    -- JSON: numbers and lines as they were when it was made. It names no resident.
    list text,
    listed_at bigint,
    listed_by bigint references accounts (id),
    -- By whom it was signed for the former provider, and for the new one.
    given_at bigint,
    given_by bigint references accounts (id),
    taken_at bigint,
    taken_by bigint references accounts (id),
    -- When the former provider's people lost the center.
    settled_at bigint,
    check (from_provider_id <> to_provider_id)
);
create unique index changeovers_day on changeovers (center_id, changes_on);

-- What changed before there were lists is settled: nobody loses anything by an update of the program.
insert into changeovers (center_id, from_provider_id, to_provider_id, changes_on, settled_at)
select o.center_id, p.provider_id, o.provider_id, o.starts_on, 0
from operators o
join operators p on p.id = (
    select max(q.id) from operators q
    where q.center_id = o.center_id and q.id < o.id and q.ends_on >= q.starts_on)
where o.ends_on is null and p.provider_id <> o.provider_id;

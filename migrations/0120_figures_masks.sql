-- What was hidden of a center's month, charged to an agreement, when a version of a report told of it: it is hidden as long as that version
-- stands, for a number that is told later beside what was told before would tell what was hidden. Rows never go: by how many there are, and
-- how many are dropped, it is known whether what was put together is of these.
create table figure_masks (
    center_id bigint not null references centers (id),
    month text not null,
    agreement_id bigint not null references agreements (id),
    -- The number of the version.
    version_id bigint not null,
    -- A word a line: what is counted, and of what (`persons group:elderly`).
    hidden text not null,
    -- When the version was taken back.
    dropped_at bigint,
    primary key (center_id, month, agreement_id, version_id)
);

create index figure_masks_by_version on figure_masks (version_id);

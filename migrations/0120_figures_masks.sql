-- What was hidden of a center's month, charged to an agreement, when a report of it was frozen: it is hidden ever after, for a number that is
-- told later beside what was told before would tell what was hidden.
create table figure_masks (
    center_id bigint not null references centers (id),
    month text not null,
    agreement_id bigint not null references agreements (id),
    -- A list of words: what is counted, and of what (`persons group:elderly`).
    hidden text not null,
    -- Grows with each change.
    version bigint not null,
    primary key (center_id, month, agreement_id)
);

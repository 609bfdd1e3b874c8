-- A roster that was brought in: the file as it was kept, how its columns are read, and each row with what became of it.
create table imports (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    -- workbook, text or pasted
    source text not null,
    file_id bigint not null references files (id),
    made_by bigint not null references accounts (id),
    made_at bigint not null,
    -- How it is read (JSON): which sheet, where its rows begin, which column is what.
    mapping text not null,
    -- mapped, checked, applying, applied or undone
    state text not null,
    checked_at bigint,
    applied_at bigint,
    undone_at bigint
);
create index imports_by_center on imports (center_id, id);

-- What stands in a row is sealed: it holds ID numbers.
create table import_rows (
    import_id bigint not null references imports (id),
    -- As the sheet counts.
    row bigint not null,
    verdict text not null,
    -- Which field is at fault and why (JSON).
    faults text not null,
    sealed text not null,
    -- Whom it is about, where somebody is known: by number alone, for who was taken in may be taken out again.
    person_id bigint,
    -- What the reader of the list says to do with a row that does not say it itself.
    decision text,
    -- What applying it did: created, enrolled, filled, kept, skipped or failed
    done text,
    -- What was known before (sealed JSON), and the version that applying made.
    before_sealed text,
    version bigint,
    undone text
);
create unique index import_rows_row on import_rows (import_id, row);
create index import_rows_by_person on import_rows (person_id);

-- How a center's files with these heads were last read, so that the next one is read alike.
create table import_mappings (
    center_id bigint not null references centers (id),
    heads text not null,
    columns text not null
);
create unique index import_mappings_heads on import_mappings (center_id, heads);

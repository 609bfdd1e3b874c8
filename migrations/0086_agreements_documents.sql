-- Papers of an agreement: the signed copy, annexes. What is removed keeps its line, without its file.
create table agreement_documents (
    id bigserial primary key,
    agreement_id bigint not null references agreements (id),
    title text,
    file_id bigint references files (id),
    added_at bigint not null,
    added_by bigint not null references accounts (id),
    removed_at bigint,
    removed_by bigint references accounts (id),
    remove_reason text
);
create index agreement_documents_by_agreement on agreement_documents (agreement_id);

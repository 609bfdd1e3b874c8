-- The center that brought an entry in from elsewhere. It is the person's, and stands in no report: nobody pays here for what was served
-- there, or before.
alter table hours_entries add column brought_to bigint references centers (id);
create index hours_entries_brought on hours_entries (brought_to, served_on);

-- What a row of a list says beside the person: in which team they serve, and how long they served before.
-- The row of the same person that comes first, by which they are found.
alter table import_rows add column same_row bigint;
-- The team that was meant, where there is one.
alter table import_rows add column team_id bigint references teams (id);
-- What is to become of it, and what became: planned, there, refused, skipped; written, and after taking back undone or stays.
alter table import_rows add column membership text;
alter table import_rows add column hours text;
-- What was written, by number alone: it may be taken out again.
alter table import_rows add column member_id bigint;
alter table import_rows add column entry_id bigint;

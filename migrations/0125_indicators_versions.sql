-- `version` goes up with each change: who saves what was changed since they saw it is told so.
alter table indicators add column version bigint not null default 0;
-- A value that was taken back stands no more, and none took its place: the month is not known again. `replaced_at` says since when.
alter table indicator_values add column removed_by bigint references accounts (id);
alter table indicator_values add column remove_reason text;

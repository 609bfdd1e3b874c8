-- What whoever registered was told of when and where it would be: what is otherwise by now is shown to them. Not known of those before.
alter table registrations add column told_starts_at bigint;
alter table registrations add column told_room text;

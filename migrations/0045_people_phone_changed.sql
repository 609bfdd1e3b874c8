-- When somebody's number became another, or none. A phone that was confirmed to be theirs before that is so no more.
alter table people add column phone_changed_at bigint;

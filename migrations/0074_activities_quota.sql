-- What a capacity means: quota (who leaves keeps the seat) or drop_in (as many as are inside).
alter table activities add column admission text not null default 'quota';

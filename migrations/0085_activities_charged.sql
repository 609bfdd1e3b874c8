-- Which of the agreements that pay for a center at the same time an activity is charged to, and each of its sessions. None where there is
-- one agreement alone: then it is that one's.
alter table activities add column charged_to bigint references agreements (id);
alter table sessions add column charged_to bigint references agreements (id);
create index activities_by_charge on activities (charged_to) where charged_to is not null;
create index sessions_by_charge on sessions (charged_to) where charged_to is not null;

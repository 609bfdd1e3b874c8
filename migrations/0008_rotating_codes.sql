-- A session whose QR alone lets no phone in: the phone also needs the code that the hall's screen shows now. The codes are
-- reckoned from the installation's secret, the session and the time; none is stored.
alter table sessions add column rotating bigint not null default 0;

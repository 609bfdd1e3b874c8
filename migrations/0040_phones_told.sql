-- Which version of the door's words (consents) the page showed when somebody first gave this phone their name; null where no page
-- did: a card was shown, or it was before there were versions.
alter table phone_people add column told_version bigint;

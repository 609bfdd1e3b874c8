-- A list is for one new provider: where a center is given to another than was agreed at first, on the same day, that is another change
-- with a list of its own, and what was signed stays signed for whom it was.
drop index changeovers_day;
create unique index changeovers_change on changeovers (center_id, changes_on, from_provider_id, to_provider_id);

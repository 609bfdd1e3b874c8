-- The languages and dialects somebody speaks, as they say it: 粤语、客家话. A visitor is looked for who understands them.
alter table people add column languages text check (length(languages) <= 60);

-- Where one who lives here as registered (户籍) or as a migrant (外来) alone may take a place: `registered` or `migrant`; null where both may.
alter table registration_terms add column only_residence text;

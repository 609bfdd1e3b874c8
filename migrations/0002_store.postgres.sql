-- One SQL text reads many rows from one JSON parameter on both engines: `json_each(cast($1 as json_text))` gives key and
-- value, `value ->> 'name'` a field. SQLite takes any type name that says text for text; PostgreSQL gets it here.
create domain json_text as json;

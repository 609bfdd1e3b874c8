-- How long a list is, PostgreSQL cannot know before it plans: it takes every one for a hundred rows, and for a hundred centers of which a
-- few days each are asked for it would rather read all sessions there are. Taken for twenty it looks into the indexes, which is right for
-- few, and for many no more than proportionally slower. Lists are passed as `json_text` and thereby find this function before the
-- server's own; strict, so that the planner does not look into it.
create function json_each(list json_text, out key text, out value json) returns setof record
    language sql immutable strict parallel safe rows 20
    as 'select e.key, e.value from pg_catalog.json_each($1::json) e';

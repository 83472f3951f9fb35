-- table:   loads.reject
-- purpose: The rejects whose fields name one visitor, as they stand without these fields.
-- grain:   one row per content_hash and line
-- reads:   loads.reject
-- params:  pattern
-- write:   none
select * replace (null::json as fields)
from loads.reject
where regexp_matches(fields::varchar, $pattern)
order by content_hash, line

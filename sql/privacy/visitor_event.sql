-- table:   events.counted
-- purpose: The events of one visitor, and those whose kept-aside fields name them.
-- grain:   one row per event_key
-- reads:   events.counted, rollups.closed_hour
-- params:  visitor_keys, pattern
-- write:   none
select
    event_key,
    occurred_at,
    date_trunc('hour', occurred_at) as hour_start,
    date_trunc('hour', occurred_at) in (select closed.hour_start from rollups.closed_hour as closed) as is_closed
from events.counted
where
    visitor_key in (select unnest($visitor_keys::ubigint[]))
    or regexp_matches(extra::varchar, $pattern)
order by occurred_at, event_key

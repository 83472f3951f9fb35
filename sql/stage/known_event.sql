-- table:   stage.known_event
-- purpose: The events of the history whose key the file holds too.
-- grain:   one row per event_key
-- reads:   events.counted, stage.known_key
-- params:  from_at, until_at
-- write:   replace all
-- The times are bound, so that DuckDB passes over what lies outside.
select counted.*
from events.counted as counted
where
    counted.occurred_at between $from_at and $until_at
    and counted.event_key in (select known.event_key from stage.known_key as known)

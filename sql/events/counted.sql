-- table:   events.counted
-- purpose: The arrivals, and the events of touched days whose verdict has changed.
-- grain:   one row per event_key
-- reads:   stage.changed
-- params:  none
-- write:   replace the rows of the same event_key
select *
from stage.changed
order by occurred_at, event_key

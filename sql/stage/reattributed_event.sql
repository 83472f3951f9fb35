-- table:   stage.known_event
-- purpose: The same events as they stand, so that the hours they leave are redone too.
-- grain:   one row per event_key
-- reads:   events.counted, stage.arrival
-- params:  none
-- write:   replace all
select
    counted.event_key,
    counted.occurred_at,
    counted.visitor_key
from events.counted as counted
where counted.event_key in (select arrival.event_key from stage.arrival as arrival)

-- table:   stage.known_event
-- purpose: The events of the history whose key the file holds too.
-- grain:   one row per event_key
-- reads:   events.counted, stage.event
-- params:  none
-- write:   replace all
select counted.*
from events.counted as counted
where
    counted.event_key in (
        select event.event_key from stage.event as event
        where event.reason is null
    )

-- table:   stage.known_key
-- purpose: The keys of the file that the history holds too, with the time they stand at there.
-- grain:   one row per event_key
-- reads:   events.counted, stage.event
-- params:  none
-- write:   replace all
select
    counted.event_key,
    counted.occurred_at
from events.counted as counted
where
    counted.event_key in (
        select event.event_key from stage.event as event
        where event.reason is null
    )

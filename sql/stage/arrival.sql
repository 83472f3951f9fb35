-- table:   stage.arrival
-- purpose: The events of the file that are new, or win over a known one.
-- grain:   one row per event_key
-- reads:   stage.event, stage.rival
-- params:  none
-- write:   replace all, as a view
select event.* exclude (line, reason)
from stage.event as event
where
    event.reason is null
    and event.line not in (
        select rival.line from stage.rival as rival
        where not rival.is_winner
    )

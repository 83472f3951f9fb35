-- table:   stage.touched_day
-- purpose: The visitors' days whose verdicts the arrivals can change: their own, and the next for repeats across midnight.
-- grain:   one row per visitor_key and day
-- reads:   stage.arrival, stage.known_event
-- params:  none
-- write:   replace all
with touched as (
    select
        visitor_key,
        occurred_at::date as day
    from stage.arrival
    where visitor_key is not null
    union all
    select
        known.visitor_key,
        known.occurred_at::date as day
    from stage.known_event as known
    where
        known.visitor_key is not null
        and known.event_key in (select arrival.event_key from stage.arrival as arrival)
)

select distinct
    visitor_key,
    day + step as day
from touched
cross join unnest([0, 1]) as steps (step)

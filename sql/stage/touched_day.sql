-- table:   stage.touched_day
-- purpose: The visitors' days whose verdicts can change: those of the arrivals, of a touched network, and the next for repeats across midnight.
-- grain:   one row per visitor_key and day
-- reads:   stage.arrival, stage.known_event, stage.moved_event, stage.touched_network, stage.span, events.counted
-- params:  none
-- write:   replace all
with touched as (
    select visitor_key, occurred_at::date as day
    from stage.arrival
    union all
    select known.visitor_key, known.occurred_at::date
    from stage.known_event as known
    where known.event_key in (select arrival.event_key from stage.arrival as arrival)
    union all
    select visitor_key, occurred_at::date
    from stage.moved_event
    union all
    select counted.visitor_key, counted.occurred_at::date
    from events.counted as counted
    inner join stage.touched_network as network
        on counted.network_key = network.network_key and counted.occurred_at::date = network.day
    where
        counted.occurred_at >= (select span.span_from from stage.span as span)
        and counted.occurred_at < (select span.span_until from stage.span as span)
)

select distinct
    visitor_key,
    day + step as day
from touched
cross join unnest([0, 1]) as steps (step)
where visitor_key is not null

-- table:   stage.touched_day
-- purpose: The visitors' days whose verdicts can change: those touched, those of a touched network, and the next for repeats across midnight.
-- grain:   one row per visitor_key and day
-- reads:   stage.touched_visitor, stage.touched_network, stage.span, events.counted
-- params:  none
-- write:   replace all
with touched as (
    select visitor_key, day
    from stage.touched_visitor
    union
    select counted.visitor_key, counted.occurred_at::date
    from events.counted as counted
    inner join stage.touched_network as network
        on counted.network_key = network.network_key and counted.occurred_at::date = network.day
    where
        counted.visitor_key is not null
        and counted.occurred_at >= (select span.span_from from stage.span as span)
        and counted.occurred_at < (select span.span_until from stage.span as span)
)

select distinct
    visitor_key,
    day + step as day
from touched
cross join unnest([0, 1]) as steps (step)

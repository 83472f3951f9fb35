-- table:   stage.span
-- purpose: The time within which events that stand can be touched by the arrivals.
-- grain:   one row
-- reads:   stage.arrival, stage.known_event, stage.moved_event
-- params:  none
-- write:   replace all
with touched as (
    select min(occurred_at) as first_at, max(occurred_at) as last_at
    from stage.arrival
    union all
    select min(occurred_at), max(occurred_at)
    from stage.known_event
    union all
    select min(occurred_at), max(occurred_at)
    from stage.moved_event
)

select
    date_trunc('day', min(first_at)) - interval 30 minutes as span_from,
    date_trunc('day', max(last_at)) + interval 2 days as span_until
from touched

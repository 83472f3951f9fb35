-- table:   rollups.touched_hour
-- purpose: The hours in which an event came, went or changed its verdict.
-- grain:   one row per hour_start
-- reads:   stage.changed, stage.known_event, stage.arrival, rollups.touched_hour
-- params:  none
-- write:   append
with touched as (
    select date_trunc('hour', changed.occurred_at) as hour_start
    from stage.changed as changed
    union
    select date_trunc('hour', known.occurred_at) as hour_start
    from stage.known_event as known
    where known.event_key in (select arrival.event_key from stage.arrival as arrival)
)

select hour_start
from touched
where hour_start not in (select standing.hour_start from rollups.touched_hour as standing)

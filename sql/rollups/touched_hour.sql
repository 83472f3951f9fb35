-- table:   rollups.touched_hour
-- purpose: The hours in which an event came, went or changed its verdict.
-- grain:   one row per hour_start
-- reads:   stage.arrival, stage.gone, rollups.touched_hour, rollups.closed_hour
-- params:  none
-- write:   append
with touched as (
    select date_trunc('hour', occurred_at) as hour_start
    from stage.arrival
    union
    select date_trunc('hour', occurred_at) as hour_start
    from stage.gone
)

select hour_start
from touched
where
    hour_start not in (select standing.hour_start from rollups.touched_hour as standing)
    and hour_start not in (select closed.hour_start from rollups.closed_hour as closed)

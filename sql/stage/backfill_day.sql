-- table:   stage.backfill_day
-- purpose: The days of a span that hold events, and how many.
-- grain:   one row per day
-- reads:   events.counted
-- params:  from_at, until_at
-- write:   none
select
    occurred_at::date as day,
    count(*) as events
from events.counted
where occurred_at >= $from_at and occurred_at < $until_at
group by day
order by day

-- table:   rollups.closed_hour
-- purpose: The hours that hold raw events from before a moment, which are due to be purged.
-- grain:   one row per hour_start
-- reads:   events.counted, rollups.closed_hour
-- params:  events_from
-- write:   none
select
    date_trunc('hour', occurred_at) as hour_start,
    count(*) as events,
    date_trunc('hour', occurred_at) in (select closed.hour_start from rollups.closed_hour as closed) as is_closed
from events.counted
where occurred_at < $events_from::timestamp
group by date_trunc('hour', occurred_at)
order by hour_start

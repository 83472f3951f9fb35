-- table:   rollups.touched_hour
-- purpose: Every hour of a span that holds an event: its rollups are made anew.
-- grain:   one row per hour_start
-- reads:   events.counted, rollups.touched_hour, rollups.closed_hour
-- params:  from_at, until_at
-- write:   append
select distinct date_trunc('hour', occurred_at) as hour_start
from events.counted
where
    occurred_at >= $from_at
    and occurred_at < $until_at
    and date_trunc('hour', occurred_at) not in (select touched.hour_start from rollups.touched_hour as touched)
    and date_trunc('hour', occurred_at) not in (select closed.hour_start from rollups.closed_hour as closed)

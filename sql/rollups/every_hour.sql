-- table:   rollups.touched_hour
-- purpose: Every hour that holds an event: the rollups are made anew.
-- grain:   one row per hour_start
-- reads:   events.counted, rollups.touched_hour, rollups.closed_hour
-- params:  none
-- write:   append
select distinct date_trunc('hour', occurred_at) as hour_start
from events.counted
where
    date_trunc('hour', occurred_at) not in (select touched.hour_start from rollups.touched_hour as touched)
    and date_trunc('hour', occurred_at) not in (select closed.hour_start from rollups.closed_hour as closed)

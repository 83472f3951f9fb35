-- table:   events.counted
-- purpose: The arrivals with their verdict, and the events whose verdict has changed.
-- grain:   one row per event_key
-- reads:   stage.counted, stage.changed
-- params:  none
-- write:   append
select * exclude (is_new)
from stage.counted
where is_new
union all by name
select *
from stage.changed

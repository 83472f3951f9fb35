-- table:   events.counted
-- purpose: Whether the history holds anything that the arrivals can touch.
-- grain:   one row
-- reads:   events.counted, stage.span
-- params:  none
-- write:   none
select
    count(*) > 0 as has_history
from events.counted as counted
where
    counted.occurred_at >= (select span.span_from from stage.span as span)
    and counted.occurred_at < (select span.span_until from stage.span as span)

-- table:   stage.moved_event
-- purpose: Every event of a span: all of them are judged again.
-- grain:   one row per event_key
-- reads:   events.counted
-- params:  from_at, until_at
-- write:   replace all
select
    counted.event_key,
    counted.occurred_at,
    counted.visitor_key,
    counted.network_key,
    counted.pageview_key,
    counted.robot_rule
from events.counted as counted
where counted.occurred_at >= $from_at and counted.occurred_at < $until_at

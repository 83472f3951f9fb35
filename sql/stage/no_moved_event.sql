-- table:   stage.moved_event
-- purpose: No event that leads to another article.
-- grain:   one row per event_key
-- reads:   events.counted
-- params:  none
-- write:   replace all
select
    counted.event_key,
    counted.occurred_at,
    counted.visitor_key,
    counted.network_key,
    counted.pageview_key,
    counted.robot_rule
from events.counted as counted
where false

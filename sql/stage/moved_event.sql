-- table:   stage.moved_event
-- purpose: The events of a span that waited for an article known by now, or that lead to another one than before.
-- grain:   one row per event_key
-- reads:   events.counted, stage.subject
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
inner join stage.subject as subject on counted.page_id = subject.page_id
where
    counted.occurred_at >= $from_at
    and counted.occurred_at < $until_at
    and subject.article_id is distinct from counted.article_id

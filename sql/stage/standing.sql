-- table:   stage.standing
-- purpose: Events of the history that are judged again, and those before midnight that only explain a repeat.
-- grain:   one row per event_key
-- reads:   events.counted, stage.touched_day, stage.touched_network, stage.touched_pageview, stage.moved_event, stage.robot_rule, stage.arrival, stage.span
-- params:  none
-- write:   replace all
with network_rule as (
    select rule from stage.robot_rule
    where actor = 'network'
)

select
    counted.*,
    touched.day is not null
    or network.day is not null
    or moved.event_key is not null
    or pageview.day is not null as is_judged,
    case
        when network.day is null and counted.robot_rule in (select rule.rule from network_rule as rule)
            then counted.robot_rule
        when not is_judged then counted.robot_rule
    end as kept_rule
from events.counted as counted
left join stage.touched_day as touched
    on counted.visitor_key = touched.visitor_key and counted.occurred_at::date = touched.day
left join stage.touched_day as followed
    on counted.visitor_key = followed.visitor_key and (counted.occurred_at + interval 30 minutes)::date = followed.day
left join stage.touched_network as network
    on counted.network_key = network.network_key and counted.occurred_at::date = network.day
left join stage.moved_event as moved on counted.event_key = moved.event_key
left join stage.touched_pageview as pageview
    on
        counted.visitor_key is null
        and counted.pageview_key = pageview.pageview_key
        and counted.occurred_at::date = pageview.day
where
    counted.occurred_at >= (select span.span_from from stage.span as span)
    and counted.occurred_at < (select span.span_until from stage.span as span)
    and (is_judged or followed.day is not null)
    and counted.event_key not in (select arrival.event_key from stage.arrival as arrival)

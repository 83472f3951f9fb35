-- table:   stage.touched_network
-- purpose: The networks' days of the arrivals that are large enough for a rule, or were acted on before.
-- grain:   one row per network_key and day
-- reads:   stage.arrival, stage.moved_event, stage.span, stage.robot_rule, events.counted
-- params:  none
-- write:   replace all
with network_rule as (
    select rule, views_from from stage.robot_rule
    where actor = 'network'
),

seen as (
    select network_key, occurred_at::date as day, null as robot_rule, true as is_touching
    from stage.arrival
    where network_key is not null
    union all
    select network_key, occurred_at::date, robot_rule, true
    from stage.moved_event
    where network_key is not null
    union all
    select counted.network_key, counted.occurred_at::date, counted.robot_rule, false
    from events.counted as counted
    where
        counted.network_key is not null
        and counted.occurred_at >= (select span.span_from from stage.span as span)
        and counted.occurred_at < (select span.span_until from stage.span as span)
)

select
    network_key,
    day
from seen
group by network_key, day
having
    bool_or(is_touching)
    and (
        count(*) >= (select min(rule.views_from) from network_rule as rule)
        or bool_or(robot_rule in (select rule.rule from network_rule as rule))
    )

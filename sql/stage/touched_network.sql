-- table:   stage.touched_network
-- purpose: The networks' days to judge again: large enough for a rule or acted on before, and an event came, went or may lose a label that hides theirs.
-- grain:   one row per network_key and day
-- reads:   stage.arrival, stage.known_event, stage.moved_event, stage.touched_visitor, stage.span, stage.robot_rule, events.counted
-- params:  none
-- write:   replace all
with network_rule as (
    select rule, views_from from stage.robot_rule
    where actor = 'network'
),

-- A visitor's rule comes before its network's: where the visitor is judged again, what it hid has to be found again.
seen as (
    select network_key, occurred_at::date as day, null as robot_rule, true as is_touching
    from stage.arrival
    union all
    select known.network_key, known.occurred_at::date, known.robot_rule, true
    from stage.known_event as known
    where known.event_key in (select arrival.event_key from stage.arrival as arrival)
    union all
    select network_key, occurred_at::date, robot_rule, true
    from stage.moved_event
    union all
    select
        counted.network_key,
        counted.occurred_at::date,
        counted.robot_rule,
        touched.day is not null
        and counted.robot_rule not in (select rule.rule from network_rule as rule)
    from events.counted as counted
    left join stage.touched_visitor as touched
        on
            counted.robot_rule is not null
            and counted.visitor_key = touched.visitor_key
            and counted.occurred_at::date = touched.day
    where
        counted.occurred_at >= (select span.span_from from stage.span as span)
        and counted.occurred_at < (select span.span_until from stage.span as span)
)

select
    network_key,
    day
from seen
where network_key is not null
group by network_key, day
having
    bool_or(coalesce(is_touching, false))
    and (
        count(*) >= (select min(rule.views_from) from network_rule as rule)
        or bool_or(robot_rule in (select rule.rule from network_rule as rule))
    )

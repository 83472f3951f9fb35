-- table:   stage.candidate
-- purpose: The events that no reason has removed before repeats and caps are looked at.
-- grain:   one row per event_key
-- reads:   stage.context, stage.robot_visitor, stage.robot_network
-- params:  none
-- write:   replace all, as a view
select
    context.event_key,
    context.kind,
    context.visitor_key,
    context.subject_id,
    context.occurred_at,
    context.day,
    context.pageview_key,
    context.engaged_seconds,
    context.heartbeat,
    context.first_heartbeat_seconds
from stage.context as context
left join stage.robot_visitor as visitor
    on context.visitor_key = visitor.visitor_key and context.day = visitor.day
left join stage.robot_network as network
    on context.network_key = network.network_key and context.day = network.day
where
    context.early_by is null
    and context.kept_rule is null
    and (not context.is_judged or (visitor.rule is null and network.rule is null))

-- table:   stage.counted
-- purpose: The verdict of counting on the arrivals and on the events that are judged again.
-- grain:   one row per event_key
-- reads:   stage.context, stage.robot_visitor, stage.robot_network, stage.meeting, stage.credit, stage.count_rule
-- params:  none
-- write:   replace all, as a view
with labelled as (
    select
        context.*,
        coalesce(visitor.rule, network.rule, context.kept_rule) as robot_rule,
        coalesce(meeting.is_repeat, false) as is_repeat,
        coalesce(
            not meeting.is_repeat
            and meeting.number_of_day
            > case context.kind when 'share' then count_rule.shares_a_day else count_rule.reads_a_day end,
            false
        ) as is_over_cap,
        credit.credited_seconds,
        coalesce(meeting.number_of_day, 1) as number_of_day,
        case
            when context.early_by is not null then context.early_by
            when robot_rule is not null then 'behavioural_robot'
            when context.kind = 'pageview' and is_repeat then 'repeat'
            when is_over_cap then 'over_cap'
        end as removed_by
    from stage.context as context
    cross join stage.count_rule as count_rule
    left join stage.robot_visitor as visitor
        on context.visitor_key = visitor.visitor_key and context.day = visitor.day
    left join stage.robot_network as network
        on context.network_key = network.network_key and context.day = network.day
    left join stage.meeting as meeting on context.event_key = meeting.event_key
    left join stage.credit as credit on context.event_key = credit.event_key
    where context.is_judged
)

select
    * exclude (subject_id, day, early_by, is_judged, kept_rule, number_of_day),
    kind = 'pageview' and removed_by is null as is_read,
    kind = 'pageview' and removed_by is null and visitor_key is not null and number_of_day = 1 as is_reader
from labelled

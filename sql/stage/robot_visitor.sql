-- table:   stage.robot_visitor
-- purpose: Visitors' days that behave like a robot, with the first rule that says so.
-- grain:   one row per visitor_key and day
-- reads:   stage.context, stage.busy_visitor, stage.visitor_habit, stage.robot_rule
-- params:  none
-- write:   replace all
with minute as (
    select
        context.visitor_key,
        context.day,
        date_trunc('minute', context.occurred_at) as minute_start,
        context.subject_id,
        count(*) as views
    from stage.context as context
    inner join stage.busy_visitor as busy on context.visitor_key = busy.visitor_key and context.day = busy.day
    where context.kind = 'pageview' and context.early_by is null and context.is_judged
    group by all
),

pace as (
    select visitor_key, day, max(views) as minute_views
    from (
        select visitor_key, day, minute_start, sum(views) as views
        from minute
        group by all
    ) as whole_minute
    group by visitor_key, day
),

breadth as (
    select visitor_key, day, count(distinct subject_id) as pages
    from minute
    group by visitor_key, day
)

select
    busy.visitor_key,
    busy.day,
    arg_min(rule.rule, rule.position) as rule
from stage.busy_visitor as busy
inner join pace on busy.visitor_key = pace.visitor_key and busy.day = pace.day
inner join breadth on busy.visitor_key = breadth.visitor_key and busy.day = breadth.day
left join stage.visitor_habit as habit on busy.visitor_key = habit.visitor_key and busy.day = habit.day
inner join stage.robot_rule as rule
    on
        rule.actor = 'visitor'
        and busy.views >= coalesce(rule.views_from, 0)
        and busy.views <= coalesce(rule.views_until, busy.views)
        and pace.minute_views >= coalesce(rule.minute_views_from, 0)
        and breadth.pages < coalesce(rule.pages_share_until * busy.views, breadth.pages + 1)
        and (busy.has_odd_agent or not coalesce(rule.is_odd_agent, 0)::boolean)
        and (rule.active_hours_from is null or habit.active_hours >= rule.active_hours_from)
        and (rule.gap_spread_until is null or habit.gap_spread <= rule.gap_spread_until)
        and (rule.effective_hours_from is null or habit.effective_hours >= rule.effective_hours_from)
        and (rule.effective_pages_from is null or habit.effective_pages >= rule.effective_pages_from)
group by busy.visitor_key, busy.day
having arg_min(rule.verdict, rule.position) = 'robot'

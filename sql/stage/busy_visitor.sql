-- table:   stage.busy_visitor
-- purpose: Visitors' days with so many pageviews that a rule for robots may look at them.
-- grain:   one row per visitor_key and day
-- reads:   stage.context, stage.robot_rule
-- params:  none
-- write:   replace all
select
    visitor_key,
    day,
    count(*) as views,
    bool_or(has_odd_agent) as has_odd_agent
from stage.context
where kind = 'pageview' and early_by is null and is_judged and visitor_key is not null
group by visitor_key, day
having count(*) > (
    select coalesce(max(rule.views_until), 0)
    from stage.robot_rule as rule
    where rule.actor = 'visitor' and rule.verdict = 'person'
)

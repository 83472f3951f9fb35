-- table:   stage.robot_network
-- purpose: Networks' days whose readers open hardly more than one page between them, with the rule that says so.
-- grain:   one row per network_key and day
-- reads:   stage.context, stage.touched_network, stage.robot_rule
-- params:  none
-- write:   replace all
-- 1/Σp² is the effective number of pages: thousands of people behind one carrier's address read many.
with page as (
    select context.network_key, context.day, context.subject_id, count(*) as views
    from stage.context as context
    inner join stage.touched_network as touched
        on context.network_key = touched.network_key and context.day = touched.day
    where context.kind = 'pageview' and context.early_by is null
    group by all
),

network as (
    select
        network_key,
        day,
        sum(views) as views,
        sum(views) * sum(views) / sum(views * views) as effective_pages
    from page
    group by network_key, day
)

select
    network.network_key,
    network.day,
    arg_min(rule.rule, rule.position) as rule
from network
inner join stage.robot_rule as rule
    on
        rule.actor = 'network'
        and network.views >= coalesce(rule.views_from, 0)
        and network.effective_pages <= coalesce(rule.effective_pages_until, network.effective_pages)
group by network.network_key, network.day
having arg_min(rule.verdict, rule.position) = 'robot'

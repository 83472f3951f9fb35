-- table:   stage.robot_network
-- purpose: Networks' days whose readers open hardly more than one page between them, with the rule that says so.
-- grain:   one row per network_key and day
-- reads:   stage.context, stage.touched_network, stage.robot_rule
-- params:  none
-- write:   replace all
-- 1/Σp² is the effective number of pages: thousands of people behind one carrier's address read many.
-- A reader counts once a page there, so that one who reloads cannot make a network of one page out of a carrier's.
with reader as (
    select
        context.network_key,
        context.day,
        context.subject_id,
        coalesce(context.visitor_key, context.event_key) as reader_key,
        count(*) as views
    from stage.context as context
    inner join stage.touched_network as touched
        on context.network_key = touched.network_key and context.day = touched.day
    where context.kind = 'pageview' and context.early_by is null
    group by all
),

page as (
    select network_key, day, subject_id, sum(views) as views, count(*) as readers, count_if(views > 1) as returned
    from reader
    group by all
),

crowd as (
    select network_key, day, count(distinct reader_key) as visitors
    from reader
    group by all
),

network as (
    select
        network_key,
        day,
        sum(views) as views,
        sum(returned) / sum(readers) as returning_share,
        sum(readers) * sum(readers) / sum(readers * readers) as effective_pages
    from page
    group by all
)

select
    network.network_key,
    network.day,
    arg_min(rule.rule, rule.position) as rule
from network
inner join crowd on network.network_key = crowd.network_key and network.day = crowd.day
inner join stage.robot_rule as rule
    on
        rule.actor = 'network'
        and network.views >= coalesce(rule.views_from, 0)
        and network.effective_pages <= coalesce(rule.effective_pages_until, network.effective_pages)
        and network.returning_share >= coalesce(rule.returning_share_from, 0)
        and crowd.visitors >= coalesce(rule.visitors_from, 0)
group by network.network_key, network.day
having arg_min(rule.verdict, rule.position) = 'robot'

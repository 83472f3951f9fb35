-- table:   stage.visitor_habit
-- purpose: How a busy visitor's pageviews lie in the day and among the pages: what people never do is to keep a beat.
-- grain:   one row per visitor_key and day
-- reads:   stage.context, stage.busy_visitor
-- params:  none
-- write:   replace all
with pageview as (
    select
        context.visitor_key,
        context.day,
        context.subject_id,
        epoch_us(context.occurred_at) as at_us
    from stage.context as context
    inner join stage.busy_visitor as busy on context.visitor_key = busy.visitor_key and context.day = busy.day
    where context.kind = 'pageview' and context.early_by is null and context.is_judged
),

gap as (
    select visitor_key, day, at_us - lag(at_us) over (partition by visitor_key, day order by at_us) as gap_us
    from pageview
),

pace as (
    select visitor_key, day, quantile_disc(gap_us, [0.25, 0.5, 0.75]) as quartiles
    from gap
    group by visitor_key, day
),

rhythm as (
    select visitor_key, day, count(*) as active_hours, sum(views) * sum(views) / sum(views * views) as effective_hours
    from (
        select visitor_key, day, at_us // 3600000000 as hour, count(*) as views
        from pageview
        group by all
    ) as hour
    group by visitor_key, day
),

breadth as (
    select visitor_key, day, sum(views) * sum(views) / sum(views * views) as effective_pages
    from (
        select visitor_key, day, subject_id, count(*) as views
        from pageview
        group by all
    ) as page
    group by visitor_key, day
)

select
    pace.visitor_key,
    pace.day,
    (pace.quartiles[3] - pace.quartiles[1]) / nullif(pace.quartiles[2], 0) as gap_spread,
    rhythm.active_hours,
    rhythm.effective_hours,
    breadth.effective_pages
from pace
inner join rhythm on pace.visitor_key = rhythm.visitor_key and pace.day = rhythm.day
inner join breadth on pace.visitor_key = breadth.visitor_key and pace.day = breadth.day

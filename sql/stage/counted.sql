-- table:   stage.counted
-- purpose: The verdict of counting, for the arrivals and for what the same visitors did on the touched days.
-- grain:   one row per event_key
-- reads:   stage.arrival, stage.touched_day, events.counted, articles.article, articles.address
-- params:  none
-- write:   replace all
with context as (
    select arrival.*
    from stage.arrival as arrival
    union all by name
    select counted.* exclude (article_id, is_repeat, removed_by, is_read, is_reader)
    from events.counted as counted
    where
        counted.visitor_key in (select touched.visitor_key from stage.touched_day as touched)
        and counted.occurred_at
        >= (select min(touched.day) - interval 30 minutes from stage.touched_day as touched)
        and counted.occurred_at < (select max(touched.day) + interval 1 day from stage.touched_day as touched)
        and counted.event_key not in (select arrival.event_key from stage.arrival as arrival)
),

attributed as (
    select
        context.*,
        coalesce(article.article_id, alias.article_id) as article_id,
        coalesce(article.article_id, alias.article_id, context.named_article_id, context.url) as page
    from context
    left join articles.article as article on context.named_article_id = article.article_id
    left join articles.address as alias on context.url = alias.url
),

labelled as (
    select
        *,
        kind = 'pageview'
        and not (is_no_pageview or is_prefetch or is_staff or is_declared_robot) as is_candidate,
        coalesce(
            is_candidate
            and visitor_key is not null
            and occurred_at - lag(occurred_at) over earlier_view <= interval 30 minutes,
            false
        ) as is_repeat
    from attributed
    window earlier_view as (partition by visitor_key, page, is_candidate order by occurred_at, event_key)
),

judged as (
    select
        *,
        case
            when kind <> 'pageview' then null
            when is_no_pageview then 'no_pageview'
            when is_prefetch then 'prefetch'
            when is_staff then 'staff'
            when is_declared_robot then 'declared_robot'
            when is_repeat then 'repeat'
        end as removed_by,
        is_candidate and not is_repeat as is_read
    from labelled
)

select
    * exclude (page, is_candidate),
    is_read and visitor_key is not null
    and row_number()
        over (partition by visitor_key, page, occurred_at::date, is_read order by occurred_at, event_key)
    = 1
        as is_reader
from judged

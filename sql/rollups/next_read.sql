-- table:   rollups.next_read
-- purpose: What readers of one article went on to read first that day, within 30 minutes: as the next, second and third.
-- grain:   one row per seed_article_id, article_id and span_start
-- reads:   events.counted, rollups.following_hour
-- params:  none
-- write:   replace the rows of the touched hours and of those after them
with visit as (
    select
        article_id,
        occurred_at,
        -- Read Next must not learn from its own clicks.
        coalesce(source_box = 'read-next', false) as is_own_click,
        is_reader,
        lag(article_id, 1) over reading as seed_1,
        lag(article_id, 2) over reading as seed_2,
        lag(article_id, 3) over reading as seed_3,
        lag(occurred_at, 1) over reading as at_1,
        lag(occurred_at, 2) over reading as at_2,
        lag(occurred_at, 3) over reading as at_3
    from events.counted
    where
        is_read
        and visitor_key is not null
        and article_id is not null
        and occurred_at
        >= (select min(following.hour_start) - interval 30 minutes from rollups.following_hour as following)
        and occurred_at < (select max(following.hour_start) + interval 1 hour from rollups.following_hour as following)
        and (
            date_trunc('hour', occurred_at) in (select following.hour_start from rollups.following_hour as following)
            or date_trunc('hour', occurred_at + interval 30 minutes)
            in (select following.hour_start from rollups.following_hour as following)
        )
    window reading as (partition by visitor_key order by occurred_at, article_id, event_key)
),

step as (
    select
        unnest([seed_1, seed_2, seed_3]) as seed_article_id,
        unnest([at_1, at_2, at_3]) as seed_at,
        unnest([1, 2, 3]) as distance,
        article_id,
        occurred_at
    from visit
    where
        -- Of one reader, an article counts once a day: who goes back and forth is one person.
        is_reader
        and not is_own_click
        and seed_1 is not null
        and date_trunc('hour', occurred_at) in (select following.hour_start from rollups.following_hour as following)
)

select
    seed_article_id,
    article_id,
    date_trunc('hour', occurred_at) as hour_start,
    time_bucket(interval 5 minutes, occurred_at) as span_start,
    count(*) filter (where distance = 1) as next_reads,
    count(*) filter (where distance = 2) as second_reads,
    count(*) filter (where distance = 3) as third_reads
from step
where seed_article_id <> article_id and occurred_at - seed_at <= interval 30 minutes
group by all
order by hour_start, seed_article_id, article_id, span_start

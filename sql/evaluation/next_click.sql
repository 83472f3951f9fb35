-- table:   events.counted
-- purpose: What each reader opened next in the same session: another article, whether or not its view counts as a read.
-- grain:   one row per view that follows one of another article
-- reads:   events.counted
-- params:  from_at, until_at
-- write:   none
-- A view that is only a repeat tells where the reader went as well as one that counts.
with visit as (
    select
        article_id,
        occurred_at,
        session_key,
        lag(article_id) over reading as seed_article_id,
        lag(occurred_at) over reading as seed_at
    from events.counted
    where
        kind = 'pageview'
        and article_id is not null
        and visitor_key is not null
        and (removed_by is null or removed_by = 'repeat')
        and occurred_at < $until_at::timestamp
    window reading as (partition by visitor_key, session_key order by occurred_at, article_id, event_key)
)

select
    seed_article_id,
    article_id,
    occurred_at
from visit
where
    seed_article_id <> article_id
    and occurred_at >= $from_at::timestamp
    and (session_key is not null or occurred_at - seed_at <= interval 30 minutes)
order by occurred_at, seed_article_id, article_id

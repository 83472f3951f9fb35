-- table:   articles.alias_effect
-- purpose: The URLs that lead to each article, and what its hours add up to.
-- grain:   one row per article_id
-- reads:   articles.alias, rollups.article_hourly
-- params:  none
-- write:   none
with address as (
    select
        article_id,
        list(url order by url) as urls
    from articles.alias
    group by article_id
),

counted as (
    select
        article_id,
        sum(pageviews)::bigint as pageviews,
        sum(reads)::bigint as reads
    from rollups.article_hourly
    group by article_id
)

select
    coalesce(address.article_id, counted.article_id) as article_id,
    coalesce(address.urls, []) as urls,
    coalesce(counted.pageviews, 0) as pageviews,
    coalesce(counted.reads, 0) as reads
from address
full outer join counted on address.article_id = counted.article_id
order by article_id

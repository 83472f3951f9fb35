-- table:   articles.alias_effect
-- purpose: The articles whose URLs moved and whose history has not followed yet, with what their hours add up to.
-- grain:   one row per article_id
-- reads:   articles.alias_effect, articles.attribution, articles.version, rollups.article_hourly
-- params:  none
-- write:   none
with uncounted as (
    select * from articles.alias_effect
    where pageviews_after is null
),

step as (
    select
        article_id,
        unnest(urls_added) as url,
        1 as steps
    from uncounted
    union all
    select
        article_id,
        unnest(urls_lost) as url,
        -1 as steps
    from uncounted
),

-- Of files that are loaded one after the other: a URL that came and went did not move.
total as (
    select
        article_id,
        url,
        sum(steps) as steps
    from step
    group by article_id, url
    having sum(steps) <> 0
),

counted as (
    select
        article_id,
        sum(pageviews)::bigint as pageviews,
        sum(reads)::bigint as reads
    from rollups.article_hourly
    where article_id in (select uncounted.article_id from uncounted)
    group by article_id
)

select
    total.article_id,
    coalesce(list(total.url order by total.url) filter (where total.steps > 0), []) as urls_added,
    coalesce(list(total.url order by total.url) filter (where total.steps < 0), []) as urls_lost,
    total.article_id in (
        select version.article_id from articles.version as version
        where version.arrival_number <= (select max(known.arrival_number) from articles.attribution as known)
    ) as is_known,
    coalesce(any_value(counted.pageviews), 0) as pageviews,
    coalesce(any_value(counted.reads), 0) as reads
from total
left join counted on total.article_id = counted.article_id
group by total.article_id
order by total.article_id

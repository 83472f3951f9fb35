-- table:   explore.reads_by_age
-- purpose: How old articles are when they are read: what a half-life should fit.
-- grain:   one row per edition
-- reads:   rollups.article_hourly, articles.article
-- params:  none
-- write:   none
with aged as (
    select
        article.edition,
        hourly.reads,
        date_diff('hour', article.published_at, hourly.hour_start) as age_hours
    from rollups.article_hourly as hourly
    inner join articles.article as article on hourly.article_id = article.article_id
)

select
    edition,
    sum(reads)::bigint as reads,
    round(sum(reads) filter (where age_hours < 6) / sum(reads), 3) as under_6_hours_share,
    round(sum(reads) filter (where age_hours < 24) / sum(reads), 3) as under_24_hours_share,
    round(sum(reads) filter (where age_hours < 48) / sum(reads), 3) as under_48_hours_share
from aged
group by edition
order by edition

-- table:   publish.edition_hourly
-- purpose: What readers did in each edition, in the 48 whole hours before as_of.
-- grain:   one row per edition and hour_start
-- reads:   rollups.article_hourly, articles.article
-- params:  as_of
-- write:   none
select
    article.edition,
    hourly.hour_start,
    cast(sum(hourly.pageviews) as bigint) as pageviews,
    cast(sum(hourly.reads) as bigint) as reads,
    cast(sum(hourly.readers) as bigint) as readers,
    cast(sum(hourly.shares) as bigint) as shares
from rollups.article_hourly as hourly
inner join articles.article as article on hourly.article_id = article.article_id
where
    hourly.hour_start >= date_trunc('hour', $as_of) - interval 48 hours
    and hourly.hour_start < date_trunc('hour', $as_of)
group by article.edition, hourly.hour_start
order by article.edition, hourly.hour_start

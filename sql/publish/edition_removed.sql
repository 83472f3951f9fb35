-- table:   publish.edition_removed
-- purpose: Pageviews of each edition that do not count, in the 24 whole hours before as_of.
-- grain:   one row per edition and reason
-- reads:   rollups.removed_hourly, articles.article
-- params:  as_of
-- write:   none
select
    article.edition,
    removed.reason,
    cast(sum(removed.pageviews) as bigint) as pageviews
from rollups.removed_hourly as removed
inner join articles.article as article on removed.article_id = article.article_id
where
    removed.hour_start >= date_trunc('hour', $as_of) - interval 24 hours
    and removed.hour_start < date_trunc('hour', $as_of)
group by article.edition, removed.reason
order by article.edition, removed.reason

-- table:   runs.check
-- purpose: For every article and hour, pageviews are reads plus the pageviews removed, by first reason.
-- grain:   one row per article_id and hour_start that breaks the rule
-- reads:   rollups.article_hourly, rollups.removed_hourly
-- params:  none
-- write:   none
with removed as (
    select
        article_id,
        hour_start,
        sum(pageviews) as pageviews
    from rollups.removed_hourly
    group by article_id, hour_start
)

select
    coalesce(hourly.article_id, removed.article_id) as article_id,
    coalesce(hourly.hour_start, removed.hour_start) as hour_start,
    hourly.pageviews,
    hourly.reads,
    removed.pageviews as removed
from rollups.article_hourly as hourly
full join removed on hourly.article_id = removed.article_id and hourly.hour_start = removed.hour_start
where coalesce(hourly.pageviews, 0) <> coalesce(hourly.reads, 0) + coalesce(removed.pageviews, 0)
order by article_id, hour_start

-- table:   rollups.removed_hourly
-- purpose: Pageviews that do not count, by first reason.
-- grain:   one row per article_id, hour_start and reason
-- reads:   events.counted, rollups.touched_hour
-- params:  none
-- write:   replace the rows of the touched hours
select
    article_id,
    date_trunc('hour', occurred_at) as hour_start,
    removed_by as reason,
    count(*) as pageviews
from events.counted
where
    article_id is not null
    and kind = 'pageview'
    and removed_by is not null
    and occurred_at >= (select min(touched.hour_start) from rollups.touched_hour as touched)
    and occurred_at < (select max(touched.hour_start) + interval 1 hour from rollups.touched_hour as touched)
    and date_trunc('hour', occurred_at) in (select touched.hour_start from rollups.touched_hour as touched)
group by article_id, date_trunc('hour', occurred_at), removed_by
order by hour_start, article_id, reason

-- table:   rollups.article_hourly
-- purpose: What readers did with each article, hour by hour.
-- grain:   one row per article_id and hour_start
-- reads:   events.counted, rollups.touched_hour
-- params:  none
-- write:   replace the rows of the touched hours
select
    article_id,
    date_trunc('hour', occurred_at) as hour_start,
    count(*) filter (where kind = 'pageview') as pageviews,
    count(*) filter (where is_read) as reads,
    count(*) filter (where is_reader) as readers,
    count(*) filter (where is_read and visitor_key is null) as unkeyed_reads,
    count(*) filter (where is_read and source_box is not null) as box_reads,
    count(*) filter (where kind = 'share' and removed_by is null) as shares,
    coalesce(
        sum(credited_seconds) filter (where kind = 'engaged' and removed_by is null), 0
    )::decimal(18, 3)
        as engaged_seconds
from events.counted
where
    article_id is not null
    and occurred_at >= (select min(touched.hour_start) from rollups.touched_hour as touched)
    and occurred_at < (select max(touched.hour_start) + interval 1 hour from rollups.touched_hour as touched)
    and date_trunc('hour', occurred_at) in (select touched.hour_start from rollups.touched_hour as touched)
group by article_id, date_trunc('hour', occurred_at)
order by hour_start, article_id

-- table:   publish.item_hourly
-- purpose: Reads of each listed article, in the 48 whole hours before as_of.
-- grain:   one row per article_id and hour_start
-- reads:   rollups.article_hourly, rankings.item
-- params:  as_of
-- write:   none
select
    hourly.article_id,
    hourly.hour_start,
    hourly.reads
from rollups.article_hourly as hourly
where
    hourly.hour_start >= date_trunc('hour', $as_of) - interval 48 hours
    and hourly.hour_start < date_trunc('hour', $as_of)
    and hourly.article_id in (
        select item.article_id
        from rankings.item as item
        where item.as_of = $as_of
    )
order by hourly.article_id, hourly.hour_start

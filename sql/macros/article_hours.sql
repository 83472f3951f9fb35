-- table:   article_hours
-- purpose: What readers did with one article, hour by hour.
-- grain:   one row per hour_start
-- reads:   rollups.article_hourly
-- params:  none
-- write:   create or replace
create or replace macro article_hours(article_id) as table
    select
        hourly.hour_start,
        hourly.pageviews,
        hourly.reads,
        hourly.pageviews - hourly.reads as removed_pageviews,
        hourly.readers,
        hourly.shares,
        hourly.engaged_seconds
    from rollups.article_hourly as hourly
    where hourly.article_id = article_id
    order by hourly.hour_start;
comment on macro table article_hours is
'What readers did with one article, hour by hour, such as article_hours(''en-0001''). Grain: one row per hour_start.';

-- table:   articles.article_tag
-- purpose: Reads of tagged articles in the last days that the rollups hold.
-- grain:   one row per article_id
-- reads:   articles.article_tag, rollups.article_hourly
-- params:  days
-- write:   none
with newest as (
    select max(hour_start) as hour_start
    from rollups.article_hourly
)

select
    hourly.article_id,
    sum(hourly.reads)::bigint as reads
from rollups.article_hourly as hourly
where
    hourly.hour_start > (select newest.hour_start from newest) - to_days($days)
    and hourly.article_id in (select tagged.article_id from articles.article_tag as tagged)
group by hourly.article_id
order by hourly.article_id

-- table:   explore.reads_by_tag
-- purpose: The tags that readers spent the day before the newest ranking on.
-- grain:   one row per tag_key, the 20 with most reads
-- reads:   rollups.article_hourly, articles.article_tag, articles.tag, latest_moment
-- params:  none
-- write:   none
select
    tag.label as tag,
    sum(hourly.reads)::bigint as reads,
    count(distinct hourly.article_id) as articles
from rollups.article_hourly as hourly
inner join articles.article_tag as tagged on hourly.article_id = tagged.article_id
inner join articles.tag as tag on tagged.tag_key = tag.tag_key
where
    hourly.hour_start >= latest_moment() - interval 24 hours
    and hourly.hour_start < latest_moment()
group by tag.tag_key, tag.label
order by reads desc, tag.tag_key asc
limit 20

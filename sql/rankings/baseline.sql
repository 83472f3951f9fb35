-- table:   stage.baseline
-- purpose: What was read before the window, by edition and section, hour and the age of the article.
-- grain:   one row per edition, section_slug, hour_start and age_class
-- reads:   rollups.article_hourly, live_article
-- params:  baseline_from, baseline_until, as_of
-- write:   none
-- Age class k holds ages from 2^(k-1)-1 to 2^k-2 hours; the last one, 10, all that are older.
with aged as (
    select
        article.edition,
        article.section_slug,
        hourly.hour_start,
        hourly.reads,
        date_diff('hour', date_trunc('hour', article.published_at), hourly.hour_start) as age_hours
    from rollups.article_hourly as hourly
    inner join live_article($as_of::timestamp) as article on hourly.article_id = article.article_id
    where
        hourly.hour_start >= $baseline_from::timestamp
        and hourly.hour_start < $baseline_until::timestamp
        and hourly.reads > 0
)

select
    edition,
    section_slug,
    hour_start,
    least(length(bin(age_hours + 1)), 10) as age_class,
    sum(reads)::bigint as reads
from aged
where age_hours >= 0
group by edition, section_slug, hour_start, age_class
order by all

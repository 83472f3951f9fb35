-- table:   publish.page
-- purpose: The articles that get a page document: live, and read or published since a moment.
-- grain:   one row per article_id
-- reads:   live_article, rollups.article_hourly, events.counted
-- params:  as_of, read_from
-- write:   none
select
    article.article_id,
    article.url,
    article.edition,
    article.title,
    article.section,
    article.section_slug,
    article.region,
    article.region_slug,
    article.content_type,
    article.published_at,
    article.source,
    article.reading_minutes
from live_article($as_of::timestamp) as article
where
    article.published_at >= $read_from::timestamp
    or article.article_id in (
        select hourly.article_id
        from rollups.article_hourly as hourly
        where
            hourly.hour_start >= $read_from::timestamp
            and hourly.hour_start < date_trunc('hour', $as_of::timestamp)
            and hourly.reads > 0
    )
    -- The hours that the span only touches.
    or article.article_id in (
        select event.article_id
        from events.counted as event
        where
            event.is_read
            and event.occurred_at between $read_from::timestamp and $as_of::timestamp
            and (
                event.occurred_at < date_trunc('hour', $read_from::timestamp) + interval 1 hour
                or event.occurred_at >= date_trunc('hour', $as_of::timestamp)
            )
    )
order by article.article_id

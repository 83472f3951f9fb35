-- table:   publish.page_card
-- purpose: What a box of a page shows of the articles that were asked for, as far as they are live.
-- grain:   one row per article_id
-- reads:   live_article
-- params:  article_ids, as_of
-- write:   none
select
    article_id,
    url,
    title,
    section,
    section_slug,
    region,
    region_slug,
    content_type,
    published_at,
    reading_minutes,
    image_url,
    image_alt
from live_article($as_of::timestamp)
where article_id in (select unnest($article_ids::varchar[]))
order by article_id

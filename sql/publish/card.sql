-- table:   publish.card
-- purpose: What a box shows of the articles that were asked for.
-- grain:   one row per article_id
-- reads:   articles.article, stage.wanted_article
-- params:  none
-- write:   none
select
    article_id,
    url,
    edition,
    language,
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
from articles.article
where article_id in (select wanted.article_id from stage.wanted_article as wanted)

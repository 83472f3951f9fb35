-- table:   articles.article
-- purpose: What is compared of some articles to find stories.
-- grain:   one row per article_id
-- reads:   articles.article
-- params:  article_ids
-- write:   none
select
    article_id,
    title,
    summary,
    body,
    section_slug as section,
    tags
from articles.article
where article_id in (select unnest($article_ids))
order by article_id

-- table:   articles.article
-- purpose: What Read Next knows of the articles.
-- grain:   one row per article_id
-- reads:   articles.article
-- params:  as_of
-- write:   none
select
    article_id,
    language,
    edition,
    title,
    summary,
    body,
    section_slug as section,
    tags,
    content_type,
    published_at,
    case when status = 'embargoed' and embargo_until <= $as_of then 'live' else status end as status,
    translation_group
from articles.article
where content_type <> 'flash'
order by article_id

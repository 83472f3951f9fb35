-- table:   explain.title
-- purpose: Title and age of some articles.
-- grain:   one row per article_id
-- reads:   articles.article
-- params:  article_ids
-- write:   none
select
    article_id,
    title,
    published_at
from articles.article
where article_id in (select unnest($article_ids::varchar[]))
order by article_id

-- table:   articles.article
-- purpose: The places of one article that scopes are made of.
-- grain:   at most one row
-- reads:   articles.article
-- params:  article_id
-- write:   none
select
    edition,
    section_slug,
    region_slug,
    content_type,
    status
from articles.article
where article_id = $article_id

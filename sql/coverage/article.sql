-- table:   articles.article
-- purpose: The articles that may stand in a story.
-- grain:   one row per article_id
-- reads:   live_article
-- params:  as_of
-- write:   none
select
    article_id,
    edition,
    language,
    published_at
from live_article($as_of::timestamp)
order by edition, language, published_at, article_id

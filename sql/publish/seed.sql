-- table:   publish.seed
-- purpose: The articles that get a read-next document.
-- grain:   one row per article_id
-- reads:   articles.article
-- params:  as_of
-- write:   none
select
    article.article_id,
    article.edition
from articles.article as article
where
    article.content_type != 'flash'
    and article.published_at <= $as_of
    and (
        article.status = 'live'
        or (article.status = 'embargoed' and article.embargo_until <= $as_of)
    )
order by article.article_id

-- table:   explain.standing
-- purpose: Why one article is not before readers at a moment; nothing where it is.
-- grain:   one row
-- reads:   articles.article, live_article, withdrawn_article
-- params:  article_id, as_of
-- write:   none
select
    article.title,
    article.url,
    article.published_at,
    case
        when article.article_id in (select live.article_id from live_article($as_of::timestamp) as live) then null
        when
            article.status = 'withdrawn'
            or article.article_id in (select gone.article_id from withdrawn_article($as_of::timestamp) as gone)
            then 'withdrawn'
        when article.content_type = 'flash' then 'flash'
        when article.published_at > $as_of::timestamp then 'not_yet_published'
        else 'embargoed'
    end as reason
from articles.article as article
where article.article_id = $article_id

-- table:   stage.candidate
-- purpose: The scored articles that may stand in a list at this moment.
-- grain:   one row per article_id
-- reads:   stage.score, articles.article
-- params:  as_of
-- write:   none
select
    article.article_id,
    article.edition,
    article.section_slug,
    article.region_slug,
    article.content_type,
    article.published_at,
    coalesce(score.score, 0) as score,
    coalesce(score.reads, 0) as reads,
    coalesce(score.readers, 0) as readers,
    coalesce(score.shares, 0) as shares,
    coalesce(score.score > 0, false) as is_scored
from articles.article as article
left join stage.score as score on article.article_id = score.article_id
where
    article.content_type <> 'flash'
    and article.published_at <= $as_of
    and (
        article.status = 'live'
        or (article.status = 'embargoed' and coalesce(article.embargo_until <= $as_of, false))
    )

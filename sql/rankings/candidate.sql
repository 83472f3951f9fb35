-- table:   stage.candidate
-- purpose: The scored articles that may stand in a list at this moment.
-- grain:   one row per article_id
-- reads:   stage.score, live_article, coverage.member
-- params:  as_of
-- write:   none
select
    article.article_id,
    article.edition,
    article.section_slug,
    article.region_slug,
    article.content_type,
    article.published_at,
    article.translation_group,
    member.story_id,
    article.reading_minutes,
    coalesce(article.breaking_until > $as_of::timestamp, false) as is_breaking,
    coalesce(score.score, 0) as score,
    coalesce(score.reads, 0) as reads,
    coalesce(score.readers, 0) as readers,
    coalesce(score.shares, 0) as shares,
    coalesce(score.score > 0, false) as is_scored
from live_article($as_of::timestamp) as article
left join stage.score as score on article.article_id = score.article_id
left join coverage.member as member on article.article_id = member.article_id

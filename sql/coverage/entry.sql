-- table:   coverage.member
-- purpose: The timeline of one story, with what to show of each article.
-- grain:   one row per article_id
-- reads:   coverage.member, articles.article
-- params:  story
-- write:   none
select
    member.position,
    member.article_id,
    article.title,
    article.url,
    article.published_at,
    member.is_lead,
    member.similarity,
    member.reads
from coverage.member as member
inner join articles.article as article on member.article_id = article.article_id
where member.story_id = $story
order by member.position

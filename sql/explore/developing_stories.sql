-- table:   explore.developing_stories
-- purpose: Which stories the newsroom and its readers are on: what was added to each in the last day, and read.
-- grain:   one row per story_id
-- reads:   coverage.story, coverage.member, articles.article, latest_moment
-- params:  none
-- write:   none
select
    story.story_id,
    story.edition,
    story.title,
    story.articles,
    count(*) filter (where article.published_at > latest_moment() - interval 24 hours) as new_articles,
    sum(member.reads) as reads,
    date_diff('hour', story.first_published_at, story.last_published_at) as span_hours
from coverage.story as story
inner join coverage.member as member on story.story_id = member.story_id
inner join articles.article as article on member.article_id = article.article_id
group by all
having new_articles > 0 or reads > 0
order by reads desc, new_articles desc, story.story_id asc

-- table:   coverage.story
-- purpose: The story of an article, or by its own id.
-- grain:   one row per story_id
-- reads:   coverage.story, coverage.member
-- params:  asked
-- write:   none
select story.*
from coverage.story as story
left join coverage.member as member on story.story_id = member.story_id and member.article_id = $asked
where member.article_id is not null or story.story_id = $asked
-- An article that left the story it founded is looked for first.
order by member.article_id is null
limit 1

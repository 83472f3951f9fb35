-- table:   publish.page_story
-- purpose: The stories of the articles that were asked for: the timeline of each, and what a short pick takes first.
-- grain:   one row per story_id and article_id
-- reads:   coverage.member
-- params:  article_ids
-- write:   none
select
    story_id,
    article_id,
    is_lead,
    row_number() over (partition by story_id order by reads desc, position desc) as pick_rank
from coverage.member
where
    story_id in (
        select asked.story_id
        from coverage.member as asked
        where asked.article_id in (select unnest($article_ids::varchar[]))
    )
order by story_id, position

-- table:   coverage.assignment
-- purpose: The stories that were given by these settings.
-- grain:   one row per article_id
-- reads:   coverage.assignment
-- params:  rules_hash
-- write:   none
select
    article_id,
    story_id,
    published_at,
    similarity,
    text_hash
from coverage.assignment
where rules_hash = $rules_hash
order by article_id

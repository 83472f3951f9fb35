-- table:   coverage.change
-- purpose: The recorded changes of one story, those of the stories merged into it included.
-- grain:   one row per as_of and change_number
-- reads:   coverage.change
-- params:  story
-- write:   none
with recursive origin as (
    select $story as story_id
    union
    select change.from_story_id
    from coverage.change as change
    inner join origin on change.into_story_id = origin.story_id
    where change.change = 'merged'
)

select change.*
from coverage.change as change
where
    change.from_story_id in (select origin.story_id from origin)
    or change.into_story_id in (select origin.story_id from origin)
order by change.as_of, change.change_number

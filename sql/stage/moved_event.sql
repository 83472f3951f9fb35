-- table:   stage.moved_event
-- purpose: The events that waited for an article that is known by now, or that lead to another one than before.
-- grain:   one row per event_key
-- reads:   events.counted, stage.subject
-- params:  none
-- write:   replace all
select counted.*
from events.counted as counted
inner join stage.subject as subject on counted.page_id = subject.page_id
where subject.article_id is distinct from counted.article_id

-- table:   stage.shared_key
-- purpose: Event keys that the file holds more than once.
-- grain:   one row per event_key
-- reads:   stage.event
-- params:  none
-- write:   replace all
select event_key
from stage.event
where reason is null
group by event_key
having count(*) > 1

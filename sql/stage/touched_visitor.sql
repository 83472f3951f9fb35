-- table:   stage.touched_visitor
-- purpose: The visitors' days whose own events come, go or lead to another article.
-- grain:   one row per visitor_key and day
-- reads:   stage.arrival, stage.known_event, stage.moved_event
-- params:  none
-- write:   replace all
select
    visitor_key,
    occurred_at::date as day
from stage.arrival
where visitor_key is not null
union
select
    known.visitor_key,
    known.occurred_at::date
from stage.known_event as known
where
    known.visitor_key is not null
    and known.event_key in (select arrival.event_key from stage.arrival as arrival)
union
select
    visitor_key,
    occurred_at::date
from stage.moved_event
where visitor_key is not null

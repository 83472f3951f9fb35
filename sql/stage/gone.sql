-- table:   stage.gone
-- purpose: Events whose rows give way: to another verdict, or to the body that wins over them.
-- grain:   one row per event_key
-- reads:   stage.changed, stage.known_event, stage.rival
-- params:  none
-- write:   replace all
select
    event_key,
    occurred_at
from stage.changed
union all
select
    known.event_key,
    known.occurred_at
from stage.known_event as known
where
    known.event_key in (
        select rival.event_key from stage.rival as rival
        where rival.is_displacing
    )

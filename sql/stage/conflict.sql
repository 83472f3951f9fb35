-- table:   stage.conflict
-- purpose: Lines whose event id stands for another body, in the file or in the history.
-- grain:   one row per losing line of the file
-- reads:   stage.event, stage.known_event
-- params:  none
-- write:   replace all
with winner as (
    select
        event_key,
        arg_min(body_hash, (occurred_at, body_hash)) as body_hash
    from (
        select event_key, occurred_at, body_hash from stage.event
        union all
        select event_key, occurred_at, body_hash from stage.known_event
    ) as body
    group by event_key
    having min(body_hash) <> max(body_hash)
)

select event.line
from stage.event as event
inner join winner on event.event_key = winner.event_key
where event.body_hash <> winner.body_hash

-- table:   stage.arrival
-- purpose: Of all bodies under one event key, in the file and in the history, the one that wins; of copies, the first received.
-- grain:   one row per event_key that the file holds and the history lacks, or holds with a losing body
-- reads:   stage.event, stage.known_event
-- params:  none
-- write:   replace all
with shared as (
    select event_key
    from stage.event
    group by event_key
    having count(*) > 1
),

winner as (
    select *
    from stage.event
    where event_key not in (select shared.event_key from shared)
    union all
    select *
    from stage.event
    where event_key in (select shared.event_key from shared)
    qualify row_number() over (partition by event_key order by occurred_at, body_hash, received_at, line) = 1
)

select winner.* exclude (line, body_hash)
from winner
left join stage.known_event as known on winner.event_key = known.event_key
where
    known.event_key is null
    or (winner.occurred_at, winner.body_hash, coalesce(winner.received_at, timestamp 'infinity'))
    < (known.occurred_at, known.body_hash, coalesce(known.received_at, timestamp 'infinity'))

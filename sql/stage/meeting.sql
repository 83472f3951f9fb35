-- table:   stage.meeting
-- purpose: The events of these pairs in their order: which is a repeat, and the how-manieth of the day the others are.
-- grain:   one row per event_key
-- reads:   stage.candidate, stage.returned_pair
-- params:  none
-- write:   replace all
with met as (
    select
        candidate.event_key,
        candidate.kind,
        candidate.visitor_key,
        candidate.subject_id,
        candidate.day,
        candidate.occurred_at,
        candidate.kind = 'pageview'
        and coalesce(
            candidate.occurred_at - lag(candidate.occurred_at) over meeting <= interval 30 minutes, false
        ) as is_repeat
    from stage.candidate as candidate
    inner join stage.returned_pair as pair
        on
            candidate.kind = pair.kind
            and candidate.visitor_key = pair.visitor_key
            and candidate.subject_id = pair.subject_id
    window meeting as (
        partition by candidate.kind, candidate.visitor_key, candidate.subject_id
        order by candidate.occurred_at, candidate.event_key
    )
)

select
    event_key,
    is_repeat,
    row_number()
        over (partition by kind, visitor_key, subject_id, day, is_repeat order by occurred_at, event_key)
        as number_of_day
from met

-- table:   stage.context
-- purpose: The arrivals, and the events that stand beside them, with the article each leads to and the reason it tells itself.
-- grain:   one row per event_key
-- reads:   stage.arrival, stage.standing, stage.subject
-- params:  none
-- write:   replace all, as a view
with event as (
    select
        arrival.*,
        true as is_new,
        true as is_judged,
        null::varchar as kept_rule
    from stage.arrival as arrival
    union all by name
    select
        standing.* exclude (
            article_id, robot_rule, is_repeat, is_over_cap, credited_seconds, removed_by, is_read, is_reader
        ),
        false as is_new
    from stage.standing as standing
)

select
    event.*,
    subject.article_id,
    subject.subject_id,
    event.occurred_at::date as day,
    early_reason(event) as early_by
from event
inner join stage.subject as subject on event.page_id = subject.page_id

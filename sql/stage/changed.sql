-- table:   stage.changed
-- purpose: The verdicts that are new or differ from the ones that stand.
-- grain:   one row per event_key
-- reads:   stage.counted, stage.arrival, stage.touched_day, events.counted
-- params:  none
-- write:   replace all
select fresh.*
from stage.counted as fresh
left join stage.arrival as arrival on fresh.event_key = arrival.event_key
left join stage.touched_day as touched
    on fresh.visitor_key = touched.visitor_key and fresh.occurred_at::date = touched.day
left join events.counted as standing
    on fresh.event_key = standing.event_key and arrival.event_key is null
where
    arrival.event_key is not null
    or (
        touched.day is not null
        and (fresh.article_id, fresh.removed_by, fresh.is_reader)
        is distinct from (standing.article_id, standing.removed_by, standing.is_reader)
    )

-- table:   stage.changed
-- purpose: Events that stand whose verdict is another one now.
-- grain:   one row per event_key
-- reads:   stage.counted, stage.standing
-- params:  none
-- write:   replace all
select fresh.* exclude (is_new)
from stage.counted as fresh
inner join stage.standing as standing on fresh.event_key = standing.event_key
where
    not fresh.is_new
    and (
        fresh.article_id, fresh.robot_rule, fresh.is_repeat, fresh.is_over_cap, fresh.credited_seconds,
        fresh.removed_by, fresh.is_reader
    )
    is distinct from (
        standing.article_id, standing.robot_rule, standing.is_repeat, standing.is_over_cap, standing.credited_seconds,
        standing.removed_by, standing.is_reader
    )

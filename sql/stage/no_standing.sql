-- table:   stage.standing
-- purpose: No event that is judged again.
-- grain:   one row per event_key
-- reads:   events.counted
-- params:  none
-- write:   replace all
select
    counted.*,
    false as is_judged,
    null::varchar as kept_rule
from events.counted as counted
where false

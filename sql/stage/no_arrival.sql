-- table:   stage.arrival
-- purpose: No arrivals: what stands is judged again by itself.
-- grain:   one row per event_key
-- reads:   events.counted
-- params:  none
-- write:   replace all
select
    counted.* exclude (
        article_id, robot_rule, is_repeat, is_over_cap, credited_seconds, removed_by, is_read, is_reader
    )
from events.counted as counted
where false

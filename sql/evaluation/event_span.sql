-- table:   events.counted
-- purpose: When the oldest and the newest event happened.
-- grain:   one row
-- reads:   events.counted
-- params:  none
-- write:   none
select
    min(occurred_at) as first_at,
    max(occurred_at) as last_at
from events.counted

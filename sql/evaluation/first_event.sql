-- table:   events.counted
-- purpose: When the oldest event happened.
-- grain:   one row
-- reads:   events.counted
-- params:  none
-- write:   none
select min(occurred_at) as first_at
from events.counted

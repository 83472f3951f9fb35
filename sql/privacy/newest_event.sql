-- table:   events.counted
-- purpose: The newest event, from which ages are counted.
-- grain:   one row
-- reads:   events.counted
-- params:  none
-- write:   none
select max(occurred_at) as occurred_at
from events.counted

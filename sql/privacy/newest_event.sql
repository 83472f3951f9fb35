-- table:   events.record
-- purpose: The newest event, from which ages are counted.
-- grain:   one row
-- reads:   events.record
-- params:  none
-- write:   none
select max(occurred_at) as occurred_at
from events.record

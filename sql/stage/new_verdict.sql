-- table:   stage.changed
-- purpose: How many events of a span have another verdict now.
-- grain:   one row
-- reads:   stage.changed
-- params:  from_at, until_at
-- write:   none
select count(*) as events
from stage.changed
where occurred_at >= $from_at and occurred_at < $until_at

-- table:   coverage.change
-- purpose: The number of the last change recorded of a moment, 0 where there is none.
-- grain:   one row
-- reads:   coverage.change
-- params:  as_of
-- write:   none
select coalesce(max(change_number), 0) as change_number
from coverage.change
where as_of = $as_of

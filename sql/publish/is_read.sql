-- table:   publish.is_read
-- purpose: Whether any list of the moment holds an item that was read in its window.
-- grain:   one row
-- reads:   rankings.item
-- params:  as_of
-- write:   none
select count(*) > 0 as is_read
from rankings.item
where as_of = $as_of and basis not in ('latest', 'pinned')

-- table:   rankings.ranking
-- purpose: The newest moment that a ranking describes.
-- grain:   one row
-- reads:   rankings.ranking
-- params:  none
-- write:   none
select max(as_of) as as_of
from rankings.ranking

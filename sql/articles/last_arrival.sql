-- table:   articles.version
-- purpose: The highest arrival number given so far.
-- grain:   one row
-- reads:   articles.version
-- params:  none
-- write:   none
select coalesce(max(arrival_number), 0) as arrival_number
from articles.version

-- table:   rankings.correction
-- purpose: The slots of published rankings that would have been different, the newest finding first.
-- grain:   one row per run_number, list_name, scope, as_of and rank
-- reads:   rankings.correction
-- params:  length
-- write:   none
select *
from rankings.correction
order by run_number desc, as_of desc, list_name asc, scope asc, rank asc
limit $length

-- table:   publish.withheld
-- purpose: The lists that were not made, for the manifest.
-- grain:   one row per list_name
-- reads:   rankings.withheld
-- params:  as_of
-- write:   none
select
    list_name,
    reason
from rankings.withheld
where as_of = $as_of
order by list_name

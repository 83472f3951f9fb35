-- table:   explore.list_changes
-- purpose: How restless each list is: items that were not in the ranking before.
-- grain:   one row per list_name and as_of, for the whole site
-- reads:   rankings.item
-- params:  none
-- write:   none
select
    list_name,
    as_of,
    count(*) as items,
    count(*) filter (where movement = 'new') as new_items,
    count(*) filter (where movement in ('up', 'down')) as moved_items
from rankings.item
where scope = 'site'
group by list_name, as_of
order by list_name, as_of

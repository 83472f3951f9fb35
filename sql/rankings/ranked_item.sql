-- table:   rankings.item
-- purpose: The items of a list at one moment, as they were ranked then.
-- grain:   one row per scope and rank
-- reads:   rankings.item
-- params:  list_name, as_of
-- write:   none
select
    scope,
    rank,
    article_id,
    score
from rankings.item
where list_name = $list_name and as_of = $as_of
order by scope, rank

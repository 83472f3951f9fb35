-- table:   rankings.item
-- purpose: The ranks of some lists in the ranking before this moment, scope by scope.
-- grain:   one row per list_name, scope and article_id
-- reads:   rankings.item, rankings.ranking
-- params:  list_names, as_of
-- write:   none
with previous as (
    select
        list_name,
        scope,
        max(as_of) as as_of
    from rankings.ranking
    where list_contains($list_names, list_name) and as_of < $as_of
    group by list_name, scope
)

select
    item.list_name,
    item.scope,
    item.article_id,
    item.rank as previous_rank
from rankings.item as item
inner join previous
    on item.list_name = previous.list_name and item.scope = previous.scope and item.as_of = previous.as_of

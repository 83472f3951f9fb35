-- table:   rankings.item
-- purpose: The ranks of a list in the ranking before this moment, scope by scope.
-- grain:   one row per scope and article_id
-- reads:   rankings.item, rankings.ranking
-- params:  list_name, as_of
-- write:   none
with previous as (
    select
        scope,
        max(as_of) as as_of
    from rankings.ranking
    where list_name = $list_name and as_of < $as_of
    group by scope
)

select
    item.scope,
    item.article_id,
    item.rank as previous_rank
from rankings.item as item
inner join previous on item.scope = previous.scope and item.as_of = previous.as_of
where item.list_name = $list_name

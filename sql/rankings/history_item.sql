-- table:   rankings.item
-- purpose: How an article stood in earlier rankings of some lists: its best rank, and for how long.
-- grain:   one row per list_name, scope and article_id
-- reads:   rankings.item, rankings.ranking
-- params:  list_names, as_of, history_from
-- write:   none
-- A ranking stands until the next one of its scope, the last until as_of.
with standing as (
    select
        list_name,
        scope,
        as_of,
        lead(as_of, 1, $as_of) over (partition by list_name, scope order by as_of) as stood_until
    from rankings.ranking
    where list_contains($list_names, list_name) and as_of < $as_of and as_of >= $history_from
)

select
    item.list_name,
    item.scope,
    item.article_id,
    min(item.rank) as best_rank,
    (sum(epoch_us(standing.stood_until) - epoch_us(standing.as_of)) // 3600000000)::bigint as hours_on_list
from rankings.item as item
inner join standing
    on item.list_name = standing.list_name and item.scope = standing.scope and item.as_of = standing.as_of
group by item.list_name, item.scope, item.article_id
order by item.list_name, item.scope, item.article_id

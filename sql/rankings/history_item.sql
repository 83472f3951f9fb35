-- table:   rankings.item
-- purpose: How an article stood in earlier rankings of a list: its best rank, and for how long.
-- grain:   one row per scope and article_id
-- reads:   rankings.item, rankings.ranking
-- params:  list_name, as_of, history_from
-- write:   none
-- A ranking stands until the next one of its scope, the last until as_of.
with standing as (
    select
        scope,
        as_of,
        lead(as_of, 1, $as_of) over (partition by scope order by as_of) as stood_until
    from rankings.ranking
    where list_name = $list_name and as_of < $as_of and as_of >= $history_from
)

select
    item.scope,
    item.article_id,
    min(item.rank) as best_rank,
    (sum(epoch_us(standing.stood_until) - epoch_us(standing.as_of)) // 3600000000)::bigint as hours_on_list
from rankings.item as item
inner join standing on item.scope = standing.scope and item.as_of = standing.as_of
where item.list_name = $list_name
group by item.scope, item.article_id
order by item.scope, item.article_id

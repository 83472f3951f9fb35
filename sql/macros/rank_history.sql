-- table:   rank_history
-- purpose: Where one article stood in a list, ranking by ranking.
-- grain:   one row per as_of at which it was in the list
-- reads:   rankings.item
-- params:  none
-- write:   create or replace
create or replace macro rank_history(article_id, list_name := 'most-read', scope := 'site') as table
    select
        item.as_of,
        item.rank,
        item.previous_rank,
        item.movement,
        item.score,
        item.reads
    from rankings.item as item
    where
        item.article_id = article_id
        and item.list_name = list_name
        and item.scope = scope
    order by item.as_of;
comment on macro table rank_history is
'Where one article stood in a list, ranking by ranking. Grain: one row per as_of at which it was in the list.';

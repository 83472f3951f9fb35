-- table:   rankings.item
-- purpose: The lists and scopes in which an article stands at one moment.
-- grain:   one row per list_name and scope
-- reads:   rankings.item
-- params:  article_id, as_of
-- write:   none
select
    item.list_name,
    item.scope
from rankings.item as item
where item.article_id = $article_id and item.as_of = $as_of::timestamp
order by item.list_name, item.scope

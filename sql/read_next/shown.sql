-- table:   read_next.item
-- purpose: What the last lists show, where they describe an earlier moment.
-- grain:   one row per seed_article_id, tab and article_id
-- reads:   read_next.item
-- params:  as_of
-- write:   none
select
    seed_article_id,
    tab,
    article_id,
    as_of
from read_next.item
where as_of < $as_of::timestamp and not is_reserve
order by seed_article_id, tab, article_id

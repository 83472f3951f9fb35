-- table:   read_next.item
-- purpose: What was shown to read next before a moment.
-- grain:   one row per seed_article_id, tab and article_id
-- reads:   read_next.item
-- params:  as_of
-- write:   none
select
    seed_article_id,
    tab,
    article_id
from read_next.item
where as_of <= $as_of::timestamp and not is_reserve
order by seed_article_id, tab, article_id

-- table:   read_next.earlier
-- purpose: What was shown to read next at the moment before this one.
-- grain:   one row per seed_article_id, tab and article_id
-- reads:   read_next.earlier
-- params:  as_of
-- write:   none
-- A second run at one moment looks back on what the first one did, and so does the same again.
select
    seed_article_id,
    tab,
    article_id
from read_next.earlier
where as_of < $as_of::timestamp
order by seed_article_id, tab, article_id

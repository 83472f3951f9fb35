-- table:   publish.seed
-- purpose: The articles that get a read-next document.
-- grain:   one row per article_id
-- reads:   live_article
-- params:  as_of
-- write:   none
select
    article_id,
    edition
from live_article($as_of::timestamp)
order by article_id

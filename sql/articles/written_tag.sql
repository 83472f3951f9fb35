-- table:   articles.article_tag
-- purpose: The tags of every article as it writes them, in the order given.
-- grain:   one row per article_id
-- reads:   articles.article
-- params:  none
-- write:   none
select
    article_id,
    tags
from articles.article
where len(tags) > 0
order by article_id

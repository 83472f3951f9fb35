-- table:   articles.article_tag
-- purpose: Every spelling in which articles write each tag.
-- grain:   one row per tag_key and label
-- reads:   articles.article_tag
-- params:  none
-- write:   none
select distinct
    tag_key,
    label
from articles.article_tag
order by tag_key, label

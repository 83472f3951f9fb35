-- table:   articles.tag
-- purpose: Every tag under the spelling most articles use.
-- grain:   one row per tag_key
-- reads:   articles.tag
-- params:  none
-- write:   none
select
    tag_key,
    label,
    articles
from articles.tag
order by tag_key

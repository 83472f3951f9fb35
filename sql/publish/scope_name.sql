-- table:   publish.scope_name
-- purpose: The tags and authors that scopes can name.
-- grain:   one row per scope_key and value
-- reads:   articles.article, articles.article_tag
-- params:  none
-- write:   none
select
    'tag' as scope_key,
    tag_key as value
from articles.article_tag
union
select
    'tag',
    label
from articles.article_tag
union
select
    'author',
    unnest(authors)
from articles.article
order by all

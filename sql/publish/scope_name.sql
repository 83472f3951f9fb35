-- table:   publish.scope_name
-- purpose: The tags and authors that scopes can name.
-- grain:   one row per scope_key and value
-- reads:   articles.article, articles.article_tag, articles.tag_alias
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
    'tag',
    unnest([alias.tag_key, alias.label])
from articles.tag_alias as alias
inner join articles.article_tag as tagged on alias.canonical_key = tagged.tag_key
union
select
    'author',
    unnest(authors)
from articles.article
order by all

-- table:   articles.tag
-- purpose: Canonical tags, each under the spelling most articles use.
-- grain:   one row per tag_key
-- reads:   articles.article_tag
-- params:  none
-- write:   replace all
with spelling as (
    select
        tag_key,
        label,
        count(*) as articles
    from articles.article_tag
    group by tag_key, label
)

select
    tag_key,
    arg_min(label, (-articles, label)) as label,
    sum(articles)::bigint as articles
from spelling
group by tag_key
order by tag_key

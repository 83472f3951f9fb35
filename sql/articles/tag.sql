-- table:   articles.tag
-- purpose: Canonical tags, each under the spelling that editors chose, else the one most articles use.
-- grain:   one row per tag_key
-- reads:   articles.article_tag, articles.tag_alias
-- params:  none
-- write:   replace all
with spelling as (
    select
        tag_key,
        label,
        count(*) as articles
    from articles.article_tag
    group by tag_key, label
),

chosen as (
    select
        canonical_key as tag_key,
        min(canonical_label) as label
    from articles.tag_alias
    group by canonical_key
)

select
    spelling.tag_key,
    coalesce(any_value(chosen.label), arg_min(spelling.label, (-spelling.articles, spelling.label))) as label,
    sum(spelling.articles)::bigint as articles
from spelling
left join chosen on spelling.tag_key = chosen.tag_key
group by spelling.tag_key
order by spelling.tag_key

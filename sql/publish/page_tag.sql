-- table:   publish.page_tag
-- purpose: The tags of the articles that were asked for, each under the spelling most articles of the edition use.
-- grain:   one row per article_id and tag_key
-- reads:   articles.article_tag, articles.article
-- params:  article_ids
-- write:   none
with spelling as (
    select
        article.edition,
        tag.tag_key,
        tag.label,
        count(*) as articles
    from articles.article_tag as tag
    inner join articles.article as article on tag.article_id = article.article_id
    group by article.edition, tag.tag_key, tag.label
),

known as (
    select
        edition,
        tag_key,
        arg_min(label, (-articles, label)) as label
    from spelling
    group by edition, tag_key
)

select
    article.article_id,
    tag.tag_key,
    known.label
from articles.article_tag as tag
inner join articles.article as article on tag.article_id = article.article_id
inner join known on article.edition = known.edition and tag.tag_key = known.tag_key
where article.article_id in (select unnest($article_ids::varchar[]))
order by article.article_id, list_position(article.tags, tag.label), tag.tag_key

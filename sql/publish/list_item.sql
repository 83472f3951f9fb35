-- table:   publish.list_item
-- purpose: What a list document shows of each item.
-- grain:   one row per list_name, scope and rank
-- reads:   rankings.item, articles.article
-- params:  as_of
-- write:   none
select
    item.list_name,
    item.scope,
    item.rank,
    item.previous_rank,
    item.movement,
    item.article_id,
    article.url,
    article.edition,
    article.language,
    article.title,
    article.section,
    article.section_slug,
    article.region,
    article.region_slug,
    article.content_type,
    article.published_at,
    article.reading_minutes,
    article.image_url,
    article.image_alt,
    item.score,
    item.reads,
    item.readers,
    item.shares,
    item.basis,
    item.rules,
    item.peak_rank,
    item.hours_on_list,
    item.is_withheld
from rankings.item as item
inner join articles.article as article on item.article_id = article.article_id
where item.as_of = $as_of
order by item.list_name, item.scope, item.rank

-- table:   publish.read_next_item
-- purpose: What a read-next document shows of each item.
-- grain:   one row per seed_article_id and rank
-- reads:   read_next.item, articles.article
-- params:  length
-- write:   none
select
    item.seed_article_id,
    item.rank,
    item.article_id,
    article.url,
    article.title,
    article.section,
    article.section_slug,
    article.region,
    article.content_type,
    article.published_at,
    article.image_url,
    article.image_alt,
    item.score,
    item.basis,
    item.shared_tags,
    item.shared_terms
from read_next.item as item
inner join articles.article as article on item.article_id = article.article_id
where item.rank <= $length
order by item.seed_article_id, item.rank

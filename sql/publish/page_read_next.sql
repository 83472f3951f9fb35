-- table:   publish.page_read_next
-- purpose: Everything there is to read next after the articles that were asked for, beyond what their lists show.
-- grain:   one row per seed_article_id and rank
-- reads:   read_next.item
-- params:  article_ids
-- write:   none
select
    seed_article_id,
    rank,
    article_id,
    basis,
    next_reads,
    shared_tags,
    shared_terms
from read_next.item
where tab = '' and seed_article_id in (select unnest($article_ids::varchar[]))
order by seed_article_id, rank

-- table:   articles.version
-- purpose: The versions known of the articles in a file, and the newest of each.
-- grain:   one row per article_id and content_hash
-- reads:   articles.version, stage.incoming_article
-- params:  none
-- write:   none
select
    article_id,
    content_hash,
    arrival_number,
    updated_at,
    content
from articles.version
where article_id in (select incoming.article_id from stage.incoming_article as incoming)
order by article_id, arrival_number

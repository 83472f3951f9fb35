-- table:   articles.article
-- purpose: What rules ask of articles beside their place: who wrote them, and their words.
-- grain:   one row per article_id
-- reads:   live_article
-- params:  as_of
-- write:   none
select
    article_id,
    authors,
    concat_ws(' ', title, summary, body) as text
from live_article($as_of::timestamp)
order by article_id

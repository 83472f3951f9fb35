-- table:   stage.arrival
-- purpose: The events that wait for an article that is known by now, or that now lead to another one.
-- grain:   one row per event_key
-- reads:   events.counted, articles.article, articles.address
-- params:  none
-- write:   replace all
select counted.* exclude (article_id, is_repeat, removed_by, is_read, is_reader)
from events.counted as counted
left join articles.article as article on counted.named_article_id = article.article_id
left join articles.address as alias on counted.url = alias.url
where coalesce(article.article_id, alias.article_id) is distinct from counted.article_id

-- table:   articles.alias_effect
-- purpose: What moved URLs did in one load, the largest change first.
-- grain:   one row per article_id
-- reads:   articles.alias_effect
-- params:  loaded_at
-- write:   none
select
    article_id,
    urls_added,
    urls_lost,
    pageviews_before,
    pageviews_after,
    reads_before,
    reads_after
from articles.alias_effect
where loaded_at = $loaded_at and pageviews_after is not null
order by abs(reads_after - reads_before) desc, abs(pageviews_after - pageviews_before) desc, article_id asc

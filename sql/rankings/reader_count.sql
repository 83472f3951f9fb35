-- table:   events.counted
-- purpose: How many people made the counted events of some articles in a window; without a visitor each event is one.
-- grain:   one row
-- reads:   events.counted, stage.ranked_article
-- params:  window_from, as_of
-- write:   none
select
    count(distinct visitor_key) + count(*) filter (where visitor_key is null) as readers
from events.counted
where
    occurred_at > $window_from
    and occurred_at <= $as_of
    and removed_by is null
    and (is_read or kind = 'share')
    and article_id in (select ranked.article_id from stage.ranked_article as ranked)

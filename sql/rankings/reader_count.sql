-- table:   events.counted
-- purpose: How many people made the counted events of some articles in a window; without a visitor each event is one.
-- grain:   one row
-- reads:   events.counted
-- params:  window_from, as_of, article_ids
-- write:   none
select
    count(distinct visitor_key) + count(*) filter (where visitor_key is null) as readers
from events.counted
where
    occurred_at > $window_from
    and occurred_at <= $as_of
    and removed_by is null
    and (is_read or kind = 'share')
    and article_id in (select unnest($article_ids))

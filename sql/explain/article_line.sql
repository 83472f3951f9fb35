-- table:   explain.article_line
-- purpose: Every article's pageviews and shares in a window, as they came and as they count.
-- grain:   one row per article_id
-- reads:   events.counted
-- params:  window_from, as_of
-- write:   none
select
    article_id,
    count(*) filter (where kind = 'pageview') as pageviews,
    count(*) filter (where is_read) as reads,
    count(*) filter (where kind = 'share') as share_events,
    count(*) filter (where kind = 'share' and removed_by is null) as shares
from events.counted
where
    article_id is not null
    and occurred_at > $window_from::timestamp
    and occurred_at <= $as_of::timestamp
group by article_id
order by article_id

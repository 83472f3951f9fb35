-- table:   explain.removed_event
-- purpose: The events of one article in a window that do not count, by the first reason.
-- grain:   one row per reason and kind
-- reads:   events.counted
-- params:  article_id, window_from, as_of
-- write:   none
select
    removed_by as reason,
    kind,
    count(*) as events
from events.counted
where
    article_id = $article_id
    and occurred_at > $window_from
    and occurred_at <= $as_of
    and removed_by is not null
group by removed_by, kind
order by events desc, reason asc, kind asc

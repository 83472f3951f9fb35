-- table:   events.counted
-- purpose: From how many networks some articles were read in a window; what came from no known network is one.
-- grain:   one row per article_id
-- reads:   events.counted
-- params:  window_from, as_of, article_ids
-- write:   none
select
    article_id,
    count(distinct coalesce(network_key, 0)) as networks
from events.counted
where
    occurred_at > $window_from
    and occurred_at <= $as_of
    and removed_by is null
    and is_read
    and article_id in (select unnest($article_ids::varchar[]))
group by article_id
order by article_id

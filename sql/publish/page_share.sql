-- table:   publish.page_share
-- purpose: Shares of the articles that were asked for, by network, of all events that are kept up to as_of.
-- grain:   one row per article_id and share_network
-- reads:   events.counted
-- params:  article_ids, as_of
-- write:   none
select
    article_id,
    share_network,
    count(*) as shares
from events.counted
where
    kind = 'share'
    and removed_by is null
    and occurred_at <= $as_of::timestamp
    and article_id in (select unnest($article_ids::varchar[]))
group by article_id, share_network
order by article_id, share_network

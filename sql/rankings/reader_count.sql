-- table:   events.counted
-- purpose: How many people made the counted events of some articles in a window, as far as a filter wants them; without a visitor each event is one.
-- grain:   one row
-- reads:   events.counted
-- params:  window_from, as_of, article_ids, countries, devices, referrer_classes, share_networks
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
    and is_wanted(country, $countries)
    and is_wanted(device, $devices)
    and is_wanted(referrer_class, $referrer_classes)
    and (kind <> 'share' or is_wanted(share_network, $share_networks))

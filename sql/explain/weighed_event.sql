-- table:   stage.weighed_event
-- purpose: The counted events of one article in a window, with what they weigh, in units of 2^-40 at their hour's end.
-- grain:   one row per event
-- reads:   weighable_event, stage.part_weight
-- params:  article_id, window_from, as_of, countries, devices, referrer_classes, share_networks
-- write:   replace all
-- Only kinds that can weigh: a pageview is a read, or it is nothing.
select
    event.event_key,
    event.hour_start,
    event.visitor_key,
    event.network_key,
    event.referrer_host,
    event.source_box,
    case
        when event.is_box_read then 'box_read'
        when event.is_read then 'read'
        when event.is_share then 'share'
        else 'engaged'
    end as kind,
    case when event.is_read or event.is_share then 1 else event.engaged_milliseconds end as units,
    decayed_weight(decay.weight, decay.decay_rate, event.rest_microseconds)::hugeint as mass
from weighable_event($window_from::timestamp, $as_of::timestamp) as event
inner join stage.part_weight as decay on event.age_seconds = decay.age_seconds
where
    event.article_id = $article_id
    and event.occurred_at > $window_from
    and (event.is_read or event.is_share or event.engaged_milliseconds > 0)
    and is_wanted(event.country, $countries)
    and is_wanted(event.device, $devices)
    and is_wanted(event.referrer_class, $referrer_classes)
    and (not event.is_share or is_wanted(event.share_network, $share_networks))

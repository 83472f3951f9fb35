-- table:   stage.touched_pageview
-- purpose: The days of pageviews without a visitor whose engaged time is credited anew: one beat of them comes, goes or is judged again.
-- grain:   one row per pageview_key and day
-- reads:   stage.arrival, stage.known_event, stage.moved_event, stage.touched_network, stage.span, events.counted
-- params:  none
-- write:   replace all
select
    pageview_key,
    occurred_at::date as day
from stage.arrival
where visitor_key is null and pageview_key is not null
union
select
    known.pageview_key,
    known.occurred_at::date
from stage.known_event as known
where
    known.visitor_key is null
    and known.pageview_key is not null
    and known.event_key in (select arrival.event_key from stage.arrival as arrival)
union
select
    pageview_key,
    occurred_at::date
from stage.moved_event
where visitor_key is null and pageview_key is not null
union
select
    counted.pageview_key,
    counted.occurred_at::date
from events.counted as counted
inner join stage.touched_network as network
    on counted.network_key = network.network_key and counted.occurred_at::date = network.day
where
    counted.visitor_key is null
    and counted.pageview_key is not null
    and counted.occurred_at >= (select span.span_from from stage.span as span)
    and counted.occurred_at < (select span.span_until from stage.span as span)

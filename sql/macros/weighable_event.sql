-- table:   weighable_event
-- purpose: The events of a span that a list can weigh: reads, shares and engaged time, with their age at their hour's end.
-- grain:   one row per event_key
-- reads:   events.counted
-- params:  none
-- write:   create or replace
create or replace macro weighable_event(from_at, until_at) as table
    select
        event_key,
        article_id,
        occurred_at,
        date_trunc('hour', occurred_at) as hour_start,
        is_reader,
        is_read,
        is_read and source_box is not null as is_box_read,
        kind = 'share' as is_share,
        case when kind = 'engaged' then (credited_seconds * 1000)::bigint else 0 end as engaged_milliseconds,
        (3600000000 - epoch_us(occurred_at) % 3600000000) // 1000000 as age_seconds,
        (3600000000 - epoch_us(occurred_at) % 3600000000) % 1000000 as rest_microseconds,
        country,
        device,
        referrer_class,
        share_network,
        visitor_key,
        network_key,
        referrer_host,
        source_box
    from events.counted
    where
        occurred_at >= from_at
        and occurred_at <= until_at
        and article_id is not null
        and removed_by is null;

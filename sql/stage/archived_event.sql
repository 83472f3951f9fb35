-- table:   stage.event
-- purpose: The rows of an archived file as the events they were when it was archived.
-- grain:   one row per line of the file
-- reads:   stage.page
-- params:  none
-- write:   replace all; the variable input_path names the file
select
    archived.line::bigint as line,
    null::varchar as reason,
    case
        when archived.kind in ('pageview', 'share', 'engaged') then archived.kind::varchar
        else error('a kind is none of pageview, share, engaged')
    end as kind,
    case
        when isfinite(archived.occurred_at) and archived.event_key is not null then archived.occurred_at::timestamp
        else error('a row has neither key nor time')
    end as occurred_at,
    coalesce(archived.is_clamped, false) as is_clamped,
    archived.received_at::timestamp as received_at,
    page.page_id,
    archived.visitor_key::ubigint as visitor_key,
    archived.network_key::ubigint as network_key,
    archived.session_key::ubigint as session_key,
    archived.pageview_key::ubigint as pageview_key,
    archived.referrer_class::varchar as referrer_class,
    archived.referrer_host::varchar as referrer_host,
    archived.country::varchar as country,
    archived.device::varchar as device,
    archived.share_network::varchar as share_network,
    archived.engaged_seconds::decimal(9, 3) as engaged_seconds,
    archived.heartbeat::bigint as heartbeat,
    archived.first_heartbeat_seconds::decimal(9, 3) as first_heartbeat_seconds,
    archived.source_box::varchar as source_box,
    archived.slot::utinyint as slot,
    archived.list_id::varchar as list_id,
    archived.sequence_source::varchar as sequence_source,
    archived.sequence_number::bigint as sequence_number,
    archived.extra::json as extra,
    archived.no_pageview_by::varchar as no_pageview_by,
    coalesce(archived.is_prefetch, false) as is_prefetch,
    coalesce(archived.is_staff, false) as is_staff,
    coalesce(archived.is_declared_robot, false) as is_declared_robot,
    coalesce(archived.is_data_centre, false) as is_data_centre,
    coalesce(archived.has_odd_agent, false) as has_odd_agent,
    archived.event_key::ubigint as event_key
from read_parquet(getvariable('input_path'), hive_partitioning = false) as archived
inner join stage.page as page
    on
        coalesce(archived.named_article_id, '') = page.named_text
        and coalesce(archived.url, '') = page.raw_text
order by archived.line

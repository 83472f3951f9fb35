-- table:   stage.body
-- purpose: All bodies under the event keys that come more than once, in the file or in file and history.
-- grain:   one row per line of the file, and one per known event
-- reads:   stage.event, stage.known_event, stage.shared_key, stage.page, events.page
-- params:  none
-- write:   replace all
with rival as (
    select event.*
    from stage.event as event
    where
        event.reason is null
        and (
            event.event_key in (select shared.event_key from stage.shared_key as shared)
            or event.event_key in (select known.event_key from stage.known_event as known)
        )
    union all by name
    select
        null::bigint as line,
        known.*
    from stage.known_event as known
),

page as (
    select page_id, named_article_id, url from events.page
    union
    select page_id, named_article_id, url from stage.page
)

select
    rival.line,
    rival.event_key,
    rival.occurred_at,
    coalesce(rival.received_at, timestamp 'infinity') as received_until,
    -- Copies that our lists, or fields beside the body, tell apart: which of them stands must not hang on their order.
    concat_ws(
        chr(31), coalesce(rival.no_pageview_by, ''), rival.is_staff, rival.is_declared_robot, rival.is_data_centre,
        rival.has_odd_agent, coalesce(rival.network_key, 0), coalesce(rival.first_heartbeat_seconds, 0),
        coalesce(rival.sequence_source, ''), coalesce(rival.sequence_number, 0)
    ) as labels,
    event_body(rival, page) as body_hash
from rival
inner join page on rival.page_id = page.page_id

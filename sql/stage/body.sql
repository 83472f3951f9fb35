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
    -- What our own lists, or the way it came, say of a copy: of copies that differ in it, always the same one stays.
    concat_ws(
        chr(31),
        coalesce(rival.no_pageview_by, ''),
        rival.is_staff::varchar,
        rival.is_declared_robot::varchar,
        rival.is_data_centre::varchar,
        rival.has_odd_agent::varchar,
        rival.is_clamped::varchar,
        -- A copy that comes when its day's salt is dead has no network: it comes last.
        coalesce(rival.network_key::varchar, '~'),
        coalesce(rival.referrer_class, ''),
        coalesce(rival.first_heartbeat_seconds::varchar, ''),
        coalesce(rival.sequence_source, ''),
        coalesce(rival.sequence_number::varchar, '')
    ) as labels,
    event_body(rival, page) as body_hash
from rival
inner join page on rival.page_id = page.page_id

-- table:   stage.reject
-- purpose: The bad lines staged last; what names the reader is keyed, and of addresses of pages only what is counted is kept.
-- grain:   one row per bad line
-- reads:   stage.event, stage.extra, stage.line, stage.page
-- params:  first_line
-- write:   none
with bad as materialized (
    select *
    from stage.event
    where line >= $first_line and reason is not null and not starts_with(reason, chr(0))
),

source as materialized (
    select *
    from stage.line
    where line in (select bad.line from bad)
)

select
    event.line,
    ltrim(event.reason, chr(1)) as reason,
    -- A line that its reader marked cannot be parsed: nothing of it is kept.
    case when not starts_with(event.reason, chr(1)) then json_merge_patch('{}', json_merge_patch(
        json_merge_patch(to_json(source), coalesce(extra.extra, '{}')),
        json_object(
            'line', null, 'ip', null, 'user_agent', null, 'accept_language', null, 'visitor_id', null,
            'session_id', null, 'pageview_id', null,
            'url', coalesce(page.url, split_part(source.url, '?', 1)),
            'referrer', event.referrer_host,
            'event_key', event.event_key::varchar,
            -- The address without its query no longer says that it was a preview.
            'no_pageview_by', event.no_pageview_by,
            'visitor_key', event.visitor_key::varchar,
            'network_key', event.network_key::varchar,
            'session_key', event.session_key::varchar,
            'pageview_key', event.pageview_key::varchar,
            'is_declared_robot', nullif(event.is_declared_robot, false),
            'is_data_centre', nullif(event.is_data_centre, false),
            'has_odd_agent', nullif(event.has_odd_agent, false)
        )
    )) end::varchar as fields
from bad as event
inner join source on event.line = source.line
left join stage.extra as extra on event.line = extra.line
left join stage.page as page
    on
        coalesce(trim(source.article_id::varchar), '') = page.named_text
        and coalesce(source.url, '') = page.raw_text
order by event.line

-- table:   stage.extra
-- purpose: The fields of a source that have no column, kept aside as JSON.
-- grain:   one row per line of the file that has any
-- reads:   stage.line
-- params:  none
-- write:   replace all
with aside as (
    select
        line,
        columns(* exclude (
            line, event_id, kind, occurred_at, received_at, article_id, url, visitor_id, ip, user_agent,
            accept_language, pageview_id, session_id, referrer, country, device, share_network,
            engaged_seconds, source_box, slot, list_id, is_staff, status, method, purpose, content_type,
            host, heartbeat, first_heartbeat_seconds, sequence_source, sequence_number, gpc, dnt
        ))::varchar
    from stage.line
),

filled as (
    select
        aside as fields,
        greatest(*columns(aside.* exclude (line))) as any_field
    from aside
)

select
    fields.line,
    json_merge_patch('{}', json_merge_patch(to_json(fields), '{"line": null}')) as extra
from filled
where any_field is not null

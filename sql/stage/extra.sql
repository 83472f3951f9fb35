-- table:   stage.extra
-- purpose: The fields of a source that have no column, kept aside as JSON.
-- grain:   one row per line of the file
-- reads:   stage.line
-- params:  none
-- write:   replace all
select
    line,
    nullif(json_merge_patch('{}', json_merge_patch(to_json(aside), '{"line": null}')), '{}') as extra
from (
    select
        line,
        columns(* exclude (
            line, event_id, kind, occurred_at, received_at, article_id, url, visitor_id, ip, user_agent,
            accept_language, pageview_id, session_id, referrer, country, device, share_network,
            engaged_seconds, source_box, slot, list_id, is_staff, status, method, purpose, content_type,
            host, heartbeat, first_heartbeat_seconds, sequence_source, sequence_number, gpc, dnt
        ))::varchar
    from stage.line
) as aside

-- table:   stage.reject
-- purpose: The bad lines of an events file; what names the reader is taken out of their fields.
-- grain:   one row per bad line
-- reads:   stage.typed, stage.line, stage.conflict
-- params:  none
-- write:   none
with bad as (
    select line, reason
    from stage.typed
    where reason is not null and reason <> 'blank_line'
    union all
    select line, 'id_conflict' as reason
    from stage.conflict
)

select
    bad.line,
    bad.reason,
    json_merge_patch('{}', json_merge_patch(
        to_json(source),
        '{"line": null, "ip": null, "user_agent": null, "accept_language": null, "visitor_id": null,
        "session_id": null, "pageview_id": null}'
    ))::varchar as fields
from bad
inner join stage.line as source on bad.line = source.line
order by bad.line

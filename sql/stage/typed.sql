-- table:   stage.typed
-- purpose: The lines of an events file with their types; a text that does not fit its type is NULL here and stays beside it.
-- grain:   one row per line of the file
-- reads:   stage.line, stage.load_rule
-- params:  none
-- write:   replace all, as a view
select
    line.line,
    coalesce(line.gpc::varchar in ('1', 'true') or line.dnt::varchar in ('1', 'true'), false) as is_opted_out,
    nullif(line.event_id::varchar, '') as event_id,
    lower(trim(line.kind::varchar)) as kind,
    line.occurred_at::varchar as occurred_text,
    instant_of(line.occurred_at, load_rule.zone) as occurred_at,
    line.received_at::varchar as received_text,
    instant_of(line.received_at, load_rule.zone) as received_at,
    nullif(trim(line.article_id::varchar), '') as named_article_id,
    nullif(line.url::varchar, '') as raw_url,
    line.host::varchar as site_host,
    case when not is_opted_out then nullif(line.visitor_id::varchar, '') end as visitor_id,
    case when not is_opted_out then nullif(line.ip::varchar, '') end as ip,
    line.user_agent::varchar as user_agent,
    line.accept_language::varchar as accept_language,
    case when not is_opted_out then nullif(line.pageview_id::varchar, '') end as pageview_id,
    case when not is_opted_out then nullif(line.session_id::varchar, '') end as session_id,
    line.referrer::varchar as referrer,
    nullif(trim(line.country::varchar), '') as country,
    nullif(trim(line.device::varchar), '') as device,
    nullif(lower(trim(line.share_network::varchar)), '') as share_network,
    line.engaged_seconds::varchar as engaged_text,
    try_cast(line.engaged_seconds as decimal(9, 3)) as engaged_seconds,
    line.heartbeat::varchar as heartbeat_text,
    try_cast(line.heartbeat as bigint) as heartbeat,
    line.first_heartbeat_seconds::varchar as first_heartbeat_text,
    try_cast(line.first_heartbeat_seconds as decimal(9, 3)) as first_heartbeat_seconds,
    nullif(trim(line.source_box::varchar), '') as source_box,
    line.slot::varchar as slot_text,
    try_cast(line.slot as utinyint) as slot,
    nullif(trim(line.list_id::varchar), '') as list_id,
    line.is_staff::varchar as staff_text,
    coalesce(try_cast(line.is_staff as boolean), false) as is_staff,
    line.status::varchar as status_text,
    try_cast(line.status as smallint) as status,
    upper(trim(line.method::varchar)) as method,
    line.content_type::varchar as content_type,
    lower(trim(line.purpose::varchar)) as purpose,
    nullif(line.sequence_source::varchar, '') as sequence_source,
    line.sequence_number::varchar as sequence_text,
    try_cast(line.sequence_number as bigint) as sequence_number
from stage.line as line
cross join stage.load_rule as load_rule

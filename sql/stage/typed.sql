-- table:   stage.typed
-- purpose: The lines of an events file with their types, and the first reason why a line is none.
-- grain:   one row per line of the file
-- reads:   stage.line, stage.address
-- params:  received_until, skew_seconds
-- write:   replace all
with trimmed as (
    select
        * replace (
            nullif(trim(event_id), '') as event_id,
            lower(trim(kind)) as kind,
            trim(occurred_at) as occurred_at,
            nullif(trim(article_id), '') as article_id,
            nullif(trim(url), '') as url,
            nullif(trim(visitor_id), '') as visitor_id
        )
    from stage.line
),

typed as (
    select
        line,
        event_id,
        kind,
        parse_instant(occurred_at) as occurred_at,
        occurred_at as occurred_text,
        parse_instant(received_at) as received_at,
        received_at as received_text,
        article_id as named_article_id,
        trimmed.url as raw_url,
        address.url,
        case
            when visitor_id is not null then 'id:' || visitor_id
            when ip is not null and user_agent is not null
                then
                    concat_ws(
                        chr(31), 'address:', nullif(trim(ip), ''), left(user_agent, 200), accept_language
                    )
        end as visitor_text,
        session_id as session_text,
        pageview_id as pageview_text,
        trim(user_agent) as user_agent,
        nullif(trim(referrer), '') as referrer,
        nullif(trim(country), '') as country,
        nullif(trim(device), '') as device,
        nullif(lower(trim(share_network)), '') as share_network,
        engaged_seconds as engaged_text,
        try_cast(engaged_seconds as decimal(9, 3)) as engaged_seconds,
        nullif(trim(source_box), '') as source_box,
        slot as slot_text,
        try_cast(slot as utinyint) as slot,
        nullif(trim(list_id), '') as list_id,
        is_staff as staff_text,
        coalesce(try_cast(is_staff as boolean), false) as is_staff,
        status as status_text,
        try_cast(status as smallint) as status,
        upper(trim(method)) as method,
        lower(trim(purpose)) as purpose
    from trimmed
    left join stage.address as address on trimmed.url = address.raw_url
)

select
    *,
    case
        when
            kind is null and event_id is null and occurred_text is null and named_article_id is null
            and raw_url is null and visitor_text is null then 'malformed_line'
        when kind = chr(0) then 'blank_line'
        when kind = chr(1) then 'line_too_long'
        when kind is null or kind = '' then 'missing_kind'
        when kind not in ('pageview', 'share', 'engaged') then 'unknown_kind'
        when occurred_text is null or occurred_text = '' then 'missing_time'
        when
            occurred_at is null
            and regexp_full_match(occurred_text, '\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?')
            then 'naive_time'
        when occurred_at is null then 'bad_time'
        when occurred_at < timestamp '1970-01-01' then 'time_before_1970'
        when
            occurred_at > coalesce(received_at, $received_until::timestamp) + to_seconds($skew_seconds)
            then 'time_in_the_future'
        when named_article_id is null and raw_url is null then 'missing_article'
        when named_article_id is null and url is null then 'bad_url'
        when received_text is not null and received_at is null then 'bad_received_at'
        when kind = 'engaged' and engaged_text is null then 'missing_engaged_seconds'
        when
            engaged_text is not null and (engaged_seconds is null or engaged_seconds < 0)
            then 'bad_engaged_seconds'
        when slot_text is not null and slot is null then 'bad_slot'
        when staff_text is not null and try_cast(staff_text as boolean) is null then 'bad_is_staff'
        when status_text is not null and status is null then 'bad_status'
    end as reason
from typed

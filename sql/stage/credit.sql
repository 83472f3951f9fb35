-- table:   stage.credit
-- purpose: Engaged time an event adds to its pageview: each heartbeat's bucket once, up to the cap.
-- grain:   one row per event_key
-- reads:   stage.candidate
-- params:  engaged_cap_seconds
-- write:   replace all
with beat as (
    select
        event_key,
        pageview_key,
        visitor_key,
        day,
        occurred_at,
        case
            when heartbeat is null or pageview_key is null then engaged_seconds
            when row_number() over bucket > 1 then 0
            when lag(heartbeat) over pageview is null and first_heartbeat_seconds is not null
                then first_heartbeat_seconds
            else engaged_seconds
        end as seconds
    from stage.candidate
    where kind = 'engaged'
    window
        bucket as (partition by pageview_key, visitor_key, day, heartbeat order by occurred_at, event_key),
        pageview as (partition by pageview_key, visitor_key, day order by occurred_at, event_key)
),

spent as (
    select
        *,
        coalesce(sum(seconds) over earlier, 0) as earlier_seconds
    from beat
    window earlier as (
        partition by coalesce(pageview_key, event_key), pageview_key is null, visitor_key, day
        order by occurred_at, event_key
        rows between unbounded preceding and 1 preceding
    )
)

select
    event_key,
    greatest(least(seconds, $engaged_cap_seconds - earlier_seconds), 0)::decimal(9, 3) as credited_seconds
from spent

-- table:   stage.event
-- purpose: The good lines of a file as events: keyed, labelled, on the article they name.
-- grain:   one row per good line of the file
-- reads:   stage.typed, stage.extra, stage.visitor, stage.referrer, stage.agent
-- params:  session_salt
-- write:   replace all
with labelled as (
    select
        typed.line,
        typed.event_id,
        typed.kind,
        typed.occurred_at,
        typed.received_at,
        typed.named_article_id,
        typed.url,
        visitor.visitor_key,
        md5_number_lower($session_salt || 'session' || typed.session_text) as session_key,
        md5_number_lower($session_salt || 'pageview' || typed.pageview_text) as pageview_key,
        referrer.referrer_class,
        referrer.referrer_host,
        typed.country,
        typed.device,
        typed.share_network,
        typed.engaged_seconds,
        typed.source_box,
        typed.slot,
        typed.list_id,
        nullif(extra.extra, '{}') as extra,
        coalesce(typed.method not in ('GET', ''), false)
        or coalesce(typed.status not between 200 and 299, false)
            as is_no_pageview,
        coalesce(typed.purpose in ('prefetch', 'preview', 'prerender', 'prefetch;prerender'), false)
            as is_prefetch,
        typed.is_staff,
        coalesce(agent.is_declared_robot, false) as is_declared_robot
    from stage.typed as typed
    left join stage.extra as extra on typed.line = extra.line
    left join stage.visitor as visitor
        on
            typed.visitor_text = visitor.visitor_text
            and visitor.salted_on
            = case
                when starts_with(typed.visitor_text, 'id:') then '' else typed.occurred_at::date::varchar
            end
    left join stage.referrer as referrer on typed.referrer = referrer.referrer
    left join stage.agent as agent on typed.user_agent = agent.user_agent
    where typed.reason is null
),

hashed as (
    select
        *,
        event_body(labelled) as body_hash
    from labelled
)

select
    * exclude (event_id),
    coalesce(md5_number_lower('id' || event_id), body_hash) as event_key
from hashed

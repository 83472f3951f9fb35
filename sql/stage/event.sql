-- table:   stage.event
-- purpose: The lines of a file as events, keyed and labelled; a bad line has its first reason instead.
-- grain:   one row per line of the file
-- reads:   stage.typed, stage.load_rule, stage.page, stage.extra, stage.visitor, stage.network, stage.referrer, stage.agent
-- params:  none
-- write:   append
select
    typed.line,
    line_reason(typed, load_rule, page.bad_url) as reason,
    typed.kind,
    case
        when typed.received_at between typed.occurred_at - to_seconds(load_rule.skew_seconds) and typed.occurred_at
            then typed.received_at
        else typed.occurred_at
    end as occurred_at,
    coalesce(typed.received_at < typed.occurred_at, false) as is_clamped,
    typed.received_at,
    page.page_id,
    case
        when typed.visitor_id is null or load_rule.is_daily then visitor.visitor_key
        else key_of(load_rule.visitor_salt || typed.visitor_id)
    end as visitor_key,
    network.network_key,
    key_of(load_rule.session_salt || 'session' || typed.session_id) as session_key,
    key_of(load_rule.session_salt || 'pageview' || typed.pageview_id) as pageview_key,
    referrer.referrer_class,
    referrer.referrer_host,
    typed.country,
    typed.device,
    typed.share_network,
    typed.engaged_seconds,
    typed.heartbeat,
    typed.first_heartbeat_seconds,
    typed.source_box,
    typed.slot,
    typed.list_id,
    typed.sequence_source,
    typed.sequence_number,
    extra.extra,
    coalesce(no_pageview_reason(typed.method, typed.status, typed.content_type), page.page_reason) as no_pageview_by,
    coalesce(is_prefetch(typed.purpose), false) as is_prefetch,
    typed.is_staff or coalesce(network.is_staff, false) as is_staff,
    coalesce(agent.is_declared_robot, false) as is_declared_robot,
    coalesce(network.is_data_centre, false) as is_data_centre,
    coalesce(agent.has_odd_agent, false) as has_odd_agent,
    case
        when typed.event_id is not null then key_of('id' || typed.event_id)
        else fingerprint(typed, page.url, extra.extra, load_rule.session_salt)
    end as event_key
from stage.typed as typed
cross join stage.load_rule as load_rule
left join stage.page as page
    on coalesce(typed.named_article_id, '') = page.named_text and coalesce(typed.raw_url, '') = page.raw_text
left join stage.referrer as referrer on referrer_stem(typed.referrer) = referrer.referrer
left join stage.agent as agent on typed.user_agent = agent.user_agent
left join stage.network as network on typed.ip = network.ip and typed.occurred_at::date = network.day
left join stage.visitor as visitor
    on
        address_of(typed, load_rule.is_daily) = visitor.visitor_text
        and typed.occurred_at::date = visitor.day
left join stage.extra as extra on typed.line = extra.line

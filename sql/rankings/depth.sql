-- table:   stage.depth
-- purpose: How long an article's readers stayed among the readers of like texts by like devices and referrers.
-- grain:   one row per article_id
-- reads:   events.counted, live_article
-- params:  window_from, as_of, content_types, except_content_types
-- write:   none
-- A reader is a visitor's UTC day with an article. Percentiles are whole numbers in units of 2^-40: sums are exact.
with stay as (
    select
        article_id,
        visitor_key,
        arg_min(device, (occurred_at, event_key)) filter (where is_read) as device,
        arg_min(referrer_class, (occurred_at, event_key)) filter (where is_read) as referrer_class,
        count(*) filter (where is_read) as reads,
        -- Heartbeats and stated seconds are two kinds of source: never pooled.
        bool_or(heartbeat is not null) as has_heartbeats,
        sum(credited_seconds) filter (where kind = 'engaged') as engaged_seconds
    from events.counted
    where
        occurred_at > $window_from::timestamp
        and occurred_at <= $as_of::timestamp
        and kind in ('pageview', 'engaged')
        and article_id is not null
        and removed_by is null
    group by article_id, visitor_key, date_trunc('day', occurred_at)
),

reader as (
    select
        stay.*,
        length(bin(article.reading_minutes - 1)) as length_class,
        stay.visitor_key is not null and stay.engaged_seconds is not null as is_measured,
        (is_measured, length_class, stay.device, stay.referrer_class, stay.has_heartbeats) as members_of
    from stay
    inner join live_article($as_of::timestamp) as article on stay.article_id = article.article_id
    where
        stay.reads > 0
        and (len($content_types::varchar[]) = 0 or list_contains($content_types::varchar[], article.content_type))
        and not list_contains($except_content_types::varchar[], article.content_type)
),

placed as (
    select
        *,
        2 * rank() over (partition by members_of order by engaged_seconds) - 2
        + count(*) over (partition by members_of, engaged_seconds) as place,
        2 * count(*) over (partition by members_of) as places
    from reader
)

select
    article_id,
    sum(reads)::bigint as reads,
    coalesce(sum(reads) filter (where is_measured), 0)::bigint as measured_reads,
    count(*) filter (where is_measured) as measured_readers,
    sum(place::hugeint * 1099511627776 // places) filter (where is_measured)::double / pow(2, 40) as percentiles
from placed
group by article_id
order by article_id

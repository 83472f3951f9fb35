-- table:   stage.depth
-- purpose: How long an article's readers stayed among the readers of like texts by like devices and referrers.
-- grain:   one row per article_id
-- reads:   events.counted, live_article
-- params:  window_from, as_of, content_types, except_content_types
-- write:   none
-- A reader is a visitor's UTC day with an article. Who began before the window has neither device nor referrer here, and
-- is compared with the like, whose time is cut as well. Percentiles are whole numbers in units of 2^-40: sums are exact.
with stay as (
    select
        article_id,
        visitor_key,
        any_value(device) filter (where is_reader) as device,
        any_value(referrer_class) filter (where is_reader) as referrer_class,
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

-- Readers of one article who are alike and stayed equally long count as one row: there are few of those.
reader as (
    select
        stay.article_id,
        length(bin(article.reading_minutes - 1)) as length_class,
        stay.device,
        stay.referrer_class,
        stay.has_heartbeats,
        stay.engaged_seconds,
        stay.visitor_key is not null and stay.engaged_seconds is not null as is_measured,
        count(*) as readers,
        sum(stay.reads) as reads
    from stay
    inner join live_article($as_of::timestamp) as article on stay.article_id = article.article_id
    where
        stay.reads > 0
        and (len($content_types::varchar[]) = 0 or list_contains($content_types::varchar[], article.content_type))
        and not list_contains($except_content_types::varchar[], article.content_type)
    group by all
),

alike as (
    select
        length_class,
        device,
        referrer_class,
        has_heartbeats,
        engaged_seconds,
        sum(readers) as readers
    from reader
    where is_measured
    group by all
),

placed as (
    select
        *,
        2 * sum(readers) over (members order by engaged_seconds) - readers as place,
        2 * sum(readers) over (members) as places
    from alike
    window members as (partition by length_class, device, referrer_class, has_heartbeats)
)

select
    reader.article_id,
    sum(reader.reads)::bigint as reads,
    coalesce(sum(reader.reads) filter (where reader.is_measured), 0)::bigint as measured_reads,
    coalesce(sum(reader.readers) filter (where reader.is_measured), 0)::bigint as measured_readers,
    sum(reader.readers * (placed.place::hugeint * 1099511627776 // placed.places))::double / pow(2, 40) as percentiles
from reader
left join placed
    on
        reader.is_measured
        and reader.length_class is not distinct from placed.length_class
        and reader.device is not distinct from placed.device
        and reader.referrer_class is not distinct from placed.referrer_class
        and reader.has_heartbeats = placed.has_heartbeats
        and reader.engaged_seconds = placed.engaged_seconds
group by reader.article_id
order by reader.article_id

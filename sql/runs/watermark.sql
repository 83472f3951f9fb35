-- table:   runs.run
-- purpose: How far the data reach: the newest event, the hour up to which events are complete, and the newest article.
-- grain:   one row
-- reads:   events.counted, articles.article
-- params:  none
-- write:   none
-- The source says itself how late its events come: 99 % of the last 7 days' were received within so many seconds.
with newest as (
    select max(occurred_at) as event_at
    from events.counted
),

lateness as (
    select
        greatest((epoch_us(received_at) - epoch_us(occurred_at) + 999999) // 1000000, 0) as late_seconds,
        count(*) as events,
        max(received_at) as received_at
    from events.counted
    where
        occurred_at > (select newest.event_at - interval 7 days from newest)
        and received_at is not null
        and isfinite(received_at)
    group by late_seconds
),

ranked as (
    select
        *,
        sum(events) over (order by late_seconds) as events_until,
        sum(events) over () as all_events
    from lateness
),

source as (
    select
        max(received_at) as received_at,
        min(late_seconds) filter (where 100 * events_until >= 99 * all_events) as late_seconds
    from ranked
)

select
    newest.event_at as newest_event_at,
    -- LEAST passes over what is not known: without a time of receipt 5 minutes stand for the lateness.
    least(
        date_trunc('hour', newest.event_at + interval 5 minutes),
        date_trunc('hour', greatest(newest.event_at, source.received_at) - to_seconds(source.late_seconds))
    ) as data_through,
    (
        select max(published_at) from articles.article
        where status = 'live'
    ) as newest_article_at
from newest
cross join source

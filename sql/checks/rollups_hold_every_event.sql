-- table:   runs.check
-- purpose: The rollups hold as many pageviews, reads, readers and shares as the events, in the hours that hold all of these.
-- grain:   one row where they do not
-- reads:   rollups.article_hourly, rollups.closed_hour, events.counted
-- params:  none
-- write:   none
with rolled as (
    select
        coalesce(sum(pageviews), 0) as pageviews,
        coalesce(sum(reads), 0) as reads,
        coalesce(sum(readers), 0) as readers,
        coalesce(sum(shares), 0) as shares
    from rollups.article_hourly
    where hour_start not in (select closed.hour_start from rollups.closed_hour as closed)
),

counted as (
    select
        count(*) filter (where kind = 'pageview') as pageviews,
        count(*) filter (where is_read) as reads,
        count(*) filter (where is_reader) as readers,
        count(*) filter (where kind = 'share' and removed_by is null) as shares
    from events.counted
    where
        article_id is not null
        and date_trunc('hour', occurred_at) not in (select closed.hour_start from rollups.closed_hour as closed)
)

select
    rolled.pageviews,
    counted.pageviews as counted_pageviews,
    rolled.reads,
    counted.reads as counted_reads,
    rolled.readers,
    counted.readers as counted_readers,
    rolled.shares,
    counted.shares as counted_shares
from rolled
cross join counted
where
    (rolled.pageviews, rolled.reads, rolled.readers, rolled.shares)
    <> (counted.pageviews, counted.reads, counted.readers, counted.shares)

-- table:   runs.check
-- purpose: The rollups hold as many pageviews, reads and shares as the events.
-- grain:   one row where they do not
-- reads:   rollups.article_hourly, events.counted
-- params:  none
-- write:   none
with rolled as (
    select
        coalesce(sum(pageviews), 0) as pageviews,
        coalesce(sum(reads), 0) as reads,
        coalesce(sum(readers), 0) as readers
    from rollups.article_hourly
),

counted as (
    select
        count(*) filter (where kind = 'pageview') as pageviews,
        count(*) filter (where is_read) as reads,
        count(*) filter (where is_reader) as readers
    from events.counted
    where article_id is not null
)

select
    rolled.pageviews,
    counted.pageviews as counted_pageviews,
    rolled.reads,
    counted.reads as counted_reads
from rolled
cross join counted
where (rolled.pageviews, rolled.reads, rolled.readers) <> (counted.pageviews, counted.reads, counted.readers)

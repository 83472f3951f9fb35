-- table:   rollups.sequence_hourly
-- purpose: What of a collector's numbered events is missing or came twice, hour by hour.
-- grain:   one row per sequence_source and hour_start
-- reads:   events.counted, rollups.touched_hour
-- params:  none
-- write:   replace the rows of the touched hours
with numbered as (
    select
        sequence_source,
        date_trunc('hour', occurred_at) as hour_start,
        count(*) as received,
        count(distinct sequence_number) as numbers,
        min(sequence_number) as lowest,
        max(sequence_number) as highest,
        highest::hugeint - lowest + 1 as expected
    from events.counted
    where
        sequence_number is not null
        and sequence_source is not null
        and occurred_at >= (select min(touched.hour_start) from rollups.touched_hour as touched)
        and occurred_at < (select max(touched.hour_start) + interval 1 hour from rollups.touched_hour as touched)
        and date_trunc('hour', occurred_at) in (select touched.hour_start from rollups.touched_hour as touched)
    group by sequence_source, date_trunc('hour', occurred_at)
)

select
    sequence_source,
    hour_start,
    received,
    lowest,
    highest,
    least(expected - numbers, 9223372036854775807)::bigint as missing,
    (expected - numbers)::double / expected::double as missing_share,
    received - numbers as repeated,
    (received - numbers)::double / received as repeated_share
from numbered
order by hour_start, sequence_source

-- table:   rollups.article_hourly
-- purpose: The hours that hold sums from before a moment, which are due to be purged.
-- grain:   one row per hour_start
-- reads:   rollups.article_hourly, rollups.removed_hourly, rollups.decay_hourly, rollups.sequence_hourly, rollups.closed_hour
-- params:  rollups_from
-- write:   none
select distinct hour_start
from (
    select hour_start from rollups.article_hourly
    union all
    select hour_start from rollups.removed_hourly
    union all
    select hour_start from rollups.decay_hourly
    union all
    select hour_start from rollups.sequence_hourly
    union all
    select hour_start from rollups.closed_hour
) as summed
where hour_start < $rollups_from::timestamp
order by hour_start

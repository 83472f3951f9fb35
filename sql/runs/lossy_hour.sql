-- table:   rollups.sequence_hourly
-- purpose: The complete hours of the day before data_through in which too many numbered events are missing.
-- grain:   one row per hour_start
-- reads:   rollups.sequence_hourly
-- params:  data_through, loss_limit_share
-- write:   none
select
    hour_start,
    sum(missing)::bigint as missing,
    sum(highest::hugeint - lowest + 1)::double as expected,
    sum(missing)::double / expected as missing_share
from rollups.sequence_hourly
where
    hour_start >= $data_through::timestamp - interval 1 day
    and hour_start < date_trunc('hour', $data_through::timestamp)
group by hour_start
having sum(missing)::double / sum(highest::hugeint - lowest + 1)::double > $loss_limit_share
order by hour_start

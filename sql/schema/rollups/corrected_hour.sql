-- table:   rollups.corrected_hour
-- purpose: Hours that changed after a ranking that counts them was made, since the last run.
-- grain:   one row per hour_start
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rollups.corrected_hour (
    hour_start timestamp not null
);

comment on table rollups.corrected_hour is 'Hours that changed after a ranking that counts them was made, since the last run. Grain: one row per hour_start.';
comment on column rollups.corrected_hour.hour_start is 'Start of the hour (UTC).';

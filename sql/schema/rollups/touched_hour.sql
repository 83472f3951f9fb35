-- table:   rollups.touched_hour
-- purpose: Hours whose rollups are to be redone.
-- grain:   one row per hour_start
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rollups.touched_hour (
    hour_start timestamp not null
);

comment on table rollups.touched_hour is 'Hours whose rollups are to be redone. Grain: one row per hour_start.';
comment on column rollups.touched_hour.hour_start is 'Start of the hour (UTC).';

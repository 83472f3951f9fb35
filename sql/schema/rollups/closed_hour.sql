-- table:   rollups.closed_hour
-- purpose: Hours whose raw events were purged: their sums are final.
-- grain:   one row per hour_start
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rollups.closed_hour (
    hour_start timestamp not null
);

comment on table rollups.closed_hour is 'Hours whose raw events were purged: their sums are final. Grain: one row per hour_start.';
comment on column rollups.closed_hour.hour_start is 'Start of the hour (UTC); an event that comes later is kept until the next purge, and not summed.';

-- table:   rollups.following_hour
-- purpose: The touched hours and those right after them: what is read next may be read in the hour after.
-- grain:   one row per hour_start
-- reads:   rollups.touched_hour
-- params:  none
-- write:   create or replace view
create or replace view rollups.following_hour as
select hour_start from rollups.touched_hour
union
select hour_start + interval 1 hour from rollups.touched_hour;
comment on view rollups.following_hour is
'The touched hours and those right after them. Grain: one row per hour_start.';
comment on column rollups.following_hour.hour_start is 'Start of the hour (UTC).';

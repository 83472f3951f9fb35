-- table:   rollups.corrected_hour
-- purpose: The touched hours from before the newest ranking, kept for the corrections report of the next run.
-- grain:   one row per hour_start
-- reads:   rollups.touched_hour, rollups.corrected_hour
-- params:  ranked_until
-- write:   append
select touched.hour_start
from rollups.touched_hour as touched
where
    touched.hour_start < $ranked_until::timestamp
    and touched.hour_start not in (select corrected.hour_start from rollups.corrected_hour as corrected)

-- Sums of before this layout do not hold reads from boxes apart: hours that have any are redone from their events.
alter table rollups.decay_hourly add column if not exists box_read_mass hugeint;
insert into rollups.touched_hour
select distinct hourly.hour_start
from rollups.article_hourly as hourly
where
    hourly.box_reads > 0
    and hourly.hour_start not in (select touched.hour_start from rollups.touched_hour as touched)
    and hourly.hour_start not in (select closed.hour_start from rollups.closed_hour as closed);

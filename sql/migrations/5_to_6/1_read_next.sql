-- Lists to read next gain tabs and what was read next; the next run makes them anew.
drop table read_next.item;
-- The hours whose events are kept are redone, so that what was read next is known for them.
insert into rollups.touched_hour
select distinct hourly.hour_start
from rollups.article_hourly as hourly
where
    hourly.hour_start not in (select closed.hour_start from rollups.closed_hour as closed)
    and hourly.hour_start not in (select touched.hour_start from rollups.touched_hour as touched);

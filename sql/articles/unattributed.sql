-- table:   articles.attribution
-- purpose: The newest version of an article, where events that wait for it have not been looked for yet.
-- grain:   at most one row
-- reads:   articles.version, articles.attribution
-- params:  none
-- write:   none
select max(version.arrival_number) as arrival_number
from articles.version as version
having
    max(version.arrival_number)
    > (select coalesce(max(known.arrival_number), 0) from articles.attribution as known)

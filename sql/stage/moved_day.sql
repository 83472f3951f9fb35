-- table:   events.counted
-- purpose: The days with events that lead to another article than before, and how many.
-- grain:   one row per day
-- reads:   events.counted, stage.subject
-- params:  none
-- write:   none
select
    counted.occurred_at::date as day,
    count(*) as events
from events.counted as counted
inner join stage.subject as subject on counted.page_id = subject.page_id
where subject.article_id is distinct from counted.article_id
group by day
order by day desc

-- table:   events.counted
-- purpose: Reads of each article in spans of five minutes.
-- grain:   one row per article_id and span_start
-- reads:   events.counted
-- params:  until_at
-- write:   none
select
    article_id,
    time_bucket(interval 5 minutes, occurred_at) as span_start,
    count(*) as reads
from events.counted
where is_read and article_id is not null and occurred_at < $until_at::timestamp
group by all
order by span_start, article_id

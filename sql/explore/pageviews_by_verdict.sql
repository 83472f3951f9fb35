-- table:   explore.pageviews_by_verdict
-- purpose: How many pageviews came in each day, how many counted, and why each of the others did not.
-- grain:   one row per day (UTC) and verdict: read, or the first reason of the removal
-- reads:   events.counted
-- params:  none
-- write:   none
select
    event.occurred_at::date as day,
    coalesce(event.removed_by, 'read') as verdict,
    count(*) as pageviews,
    round(count(*) / sum(count(*)) over (partition by event.occurred_at::date), 3) as day_share
from events.counted as event
where event.kind = 'pageview'
group by event.occurred_at::date, coalesce(event.removed_by, 'read')
order by day asc, pageviews desc, verdict asc

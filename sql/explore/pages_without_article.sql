-- table:   explore.pages_without_article
-- purpose: The pages that events name and no article claims, by pageviews; what is no page by definition is left out.
-- grain:   one row per page_id, the 100 with most pageviews
-- reads:   events.counted, events.page
-- params:  none
-- write:   none
select
    page.named_article_id,
    page.url,
    count(*) as pageviews,
    count(*) filter (where event.is_read) as reads,
    count(*) filter (where event.removed_by in ('declared_robot', 'data_centre', 'behavioural_robot')) as robots,
    count(*) filter (where event.removed_by = 'no_pageview') as no_pageviews,
    min(event.occurred_at) as first_occurred_at,
    max(event.occurred_at) as last_occurred_at
from events.counted as event
inner join events.page as page on event.page_id = page.page_id
where event.kind = 'pageview' and event.article_id is null
group by page.page_id, page.named_article_id, page.url
having pageviews > no_pageviews
order by pageviews desc, reads desc, page.page_id asc
limit 100

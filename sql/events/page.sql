-- table:   events.page
-- purpose: The pages that a file names for the first time.
-- grain:   one row per page_id
-- reads:   stage.page, stage.event
-- params:  none
-- write:   append
select distinct
    page_id,
    named_article_id,
    url
from stage.page
where
    is_new
    and page_id in (
        select event.page_id from stage.event as event
        where event.reason is null
    )
order by page_id

-- table:   stage.archived
-- purpose: The good lines of a landed file as they are archived: keyed, with what each names an article by.
-- grain:   one row per line of the file
-- reads:   stage.event, stage.page, events.page
-- params:  none
-- write:   replace all
with page as (
    select page_id, named_article_id, url from events.page
    union
    select page_id, named_article_id, url from stage.page
)

select
    event.* exclude (reason, page_id),
    page.named_article_id,
    page.url
from stage.event as event
inner join page on event.page_id = page.page_id
where event.reason is null
order by event.line

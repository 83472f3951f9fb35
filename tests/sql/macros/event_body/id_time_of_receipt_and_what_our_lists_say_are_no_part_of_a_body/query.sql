select count(distinct event_body(event, page)) as bodies
from stage.event as event
inner join events.page as page on event.page_id = page.page_id

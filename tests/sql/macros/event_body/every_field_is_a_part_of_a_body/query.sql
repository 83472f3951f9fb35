select count(distinct event_body(event)) as bodies
from stage.event as event

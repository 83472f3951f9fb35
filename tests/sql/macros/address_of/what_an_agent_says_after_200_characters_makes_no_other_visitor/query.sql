select count(distinct address_of(event, false)) as visitors
from (
    values
    (null, '192.0.2.7', repeat('x', 200), null, null),
    (null, '192.0.2.7', repeat('x', 200) || ' more', null, null),
    (null, '192.0.2.7', repeat('x', 199) || 'y', null, null)
) as event (visitor_id, ip, user_agent, accept_language, site_host)

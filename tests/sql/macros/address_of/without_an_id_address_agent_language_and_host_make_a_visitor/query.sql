select
    line,
    replace(address_of(event, false), chr(31), '|') as visitor_text
from (
    values
    (1, null, '192.0.2.7', ' Firefox ', 'en', 'news.example'),
    (2, null, '192.0.2.7', 'Firefox', null, null),
    (3, null, '192.0.2.7', null, 'en', 'news.example'),
    (4, null, null, 'Firefox', 'en', 'news.example'),
    (5, 'ann', '192.0.2.7', 'Firefox', 'en', 'news.example')
) as event (line, visitor_id, ip, user_agent, accept_language, site_host)

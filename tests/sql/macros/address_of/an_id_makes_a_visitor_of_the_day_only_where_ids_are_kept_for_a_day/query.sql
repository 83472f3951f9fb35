select
    is_daily,
    address_of(event, is_daily) as visitor_text
from (
    values
    (true, 'ann', '192.0.2.7', 'Firefox', 'en', 'news.example'),
    (false, 'ann', '192.0.2.7', 'Firefox', 'en', 'news.example')
) as event (is_daily, visitor_id, ip, user_agent, accept_language, site_host)

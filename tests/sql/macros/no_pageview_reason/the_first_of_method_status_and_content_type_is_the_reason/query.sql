select
    line,
    no_pageview_reason(method, status, content_type) as reason
from (
    values
    (1, 'GET', 200, 'text/html; charset=utf-8'),
    (2, 'GET', 304, null),
    (3, 'HEAD', 404, 'image/png'),
    (4, 'GET', 404, 'text/html'),
    (5, 'GET', 301, null),
    (6, 'GET', 200, 'application/json'),
    (7, 'GET', 200, 'TEXT/HTML'),
    (8, 'GET', 200, 'text/html-sandboxed')
) as given (line, method, status, content_type)

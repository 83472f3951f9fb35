select
    line,
    no_pageview_reason(method, status, content_type) as reason
from (
    values
    (1, null, null::smallint, null),
    (2, '', null, ''),
    (3, null, null, '-'),
    (4, null, 500, null),
    (5, null, null, 'text/css')
) as given (line, method, status, content_type)

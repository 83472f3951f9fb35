select
    line,
    early_reason(event) as reason
from (
    values
    (1, 'share', 'status', true, false, false, false),
    (2, 'engaged', 'method', true, false, false, false),
    (3, 'share', 'status', true, true, false, false),
    (4, 'engaged', null, false, false, true, false)
) as event (line, kind, no_pageview_by, is_prefetch, is_staff, is_declared_robot, is_data_centre)

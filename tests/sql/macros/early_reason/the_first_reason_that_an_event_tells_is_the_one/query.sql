select
    line,
    early_reason(event) as reason
from (
    values
    (1, 'pageview', 'status', true, true, true, true),
    (2, 'pageview', null, true, true, true, true),
    (3, 'pageview', null, false, true, true, true),
    (4, 'pageview', null, false, false, true, true),
    (5, 'pageview', null, false, false, false, true),
    (6, 'pageview', null, false, false, false, false)
) as event (line, kind, no_pageview_by, is_prefetch, is_staff, is_declared_robot, is_data_centre)

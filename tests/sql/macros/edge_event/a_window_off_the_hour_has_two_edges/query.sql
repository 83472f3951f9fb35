select
    article_id,
    sign
from edge_event(
    timestamp '2026-03-14 10:15:00',
    timestamp '2026-03-14 11:00:00',
    timestamp '2026-03-14 12:00:00',
    timestamp '2026-03-14 12:15:00'
)

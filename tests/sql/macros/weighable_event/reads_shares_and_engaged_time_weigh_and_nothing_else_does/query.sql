select
    event.*
from weighable_event(timestamp '2026-03-14 10:00:00', timestamp '2026-03-14 11:00:00') as event

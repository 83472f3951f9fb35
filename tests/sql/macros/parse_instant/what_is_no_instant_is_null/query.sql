select
    line,
    parse_instant(occurred_at) as instant
from stage.line

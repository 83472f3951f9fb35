-- table:   loads.reject
-- purpose: The rejects of one file.
-- grain:   one row per line
-- reads:   loads.reject
-- params:  content_hash
-- write:   none
select
    line,
    byte_offset,
    reason,
    fields
from loads.reject
where content_hash = $content_hash
order by line

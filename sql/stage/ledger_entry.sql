-- table:   loads.file
-- purpose: The ledger's entry of a file that was seen before.
-- grain:   at most one row
-- reads:   loads.file
-- params:  content_hash
-- write:   none
select
    content_hash,
    name,
    status
from loads.file
where content_hash = $content_hash

-- table:   stage.aside
-- purpose: The lines of a chunk as the objects they are.
-- grain:   one row per line of the chunk
-- reads:   chunk.raw_object
-- params:  none
-- write:   replace all, as a view; the variable first_line is the number of the chunk's first line
select
    rowid + getvariable('first_line') as line,
    json as fields
from chunk.raw_object

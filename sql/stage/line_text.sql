-- table:   stage.line
-- purpose: The lines of a chunk with their numbers, every native field present.
-- grain:   one row per line of the chunk
-- reads:   stage.missing_field, chunk.raw_line
-- params:  none
-- write:   replace all, as a view; the variable first_line is the number of the chunk's first line
-- A working table keeps the order of the file: rowid is the place in it. A window would read it with one thread.
select *
from stage.missing_field
union all by name
select
    raw_line.rowid + getvariable('first_line') as line,
    raw_line.*
from chunk.raw_line as raw_line

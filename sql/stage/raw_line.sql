-- table:   stage.raw_line
-- purpose: The lines of a chunk as text fields, in their order; a line that is no JSON object has nothing but NULL.
-- grain:   one row per line of the chunk
-- reads:   nothing
-- params:  path, columns, line_bytes
-- write:   replace all
select *
from read_json(
    $path,
    columns = $columns,
    format = 'newline_delimited',
    compression = 'none',
    records = true,
    ignore_errors = true,
    maximum_object_size = $line_bytes
)

-- table:   stage.line
-- purpose: The lines of an NDJSON file as text fields; a line that is no JSON object has nothing but NULL.
-- grain:   one row per line of the file
-- reads:   nothing
-- params:  path, columns, first_line, line_bytes
-- write:   replace all
select
    row_number() over () + $first_line - 1 as line,
    *
from read_json(
    $path,
    columns = $columns,
    format = 'newline_delimited',
    compression = 'none',
    records = true,
    ignore_errors = true,
    maximum_object_size = $line_bytes
)

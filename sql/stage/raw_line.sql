-- table:   chunk.raw_line
-- purpose: The lines of a chunk as text fields, in their order, URLs as stems; a line that is no JSON object has nothing but NULL.
-- grain:   one row per line of the chunk
-- reads:   nothing
-- params:  path, columns, line_bytes
-- write:   replace all
-- A variable is a constant to the engine: it reads the pattern once, not once a row.
select * replace (url_stem(url, getvariable('identifying_pattern')) as url)
from read_json(
    $path,
    columns = $columns,
    format = 'newline_delimited',
    compression = 'none',
    records = true,
    ignore_errors = true,
    maximum_object_size = $line_bytes
)

-- table:   chunk.raw_object
-- purpose: The lines of a chunk as objects, in their order; a line that is none is NULL.
-- grain:   one row per line of the chunk
-- reads:   nothing
-- params:  path, line_bytes
-- write:   replace all
select json
from read_ndjson_objects(
    $path,
    compression = 'none',
    ignore_errors = true,
    maximum_object_size = $line_bytes
)

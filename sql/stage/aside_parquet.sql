-- table:   stage.aside
-- purpose: The rows of a Parquet file as objects.
-- grain:   one row per row of the file
-- reads:   stage.line
-- params:  none
-- write:   replace all, as a view
select
    source.line,
    json_merge_patch('{}', to_json(source)) as fields
from stage.line as source

-- table:   stage.line
-- purpose: The rows of a Parquet file with their own types, every native field present, URLs as stems; read where they lie, not copied.
-- grain:   one row per row of the file
-- reads:   stage.missing_field
-- params:  none
-- write:   replace all, as a view; the variable input_path names the file, identifying_pattern what a stem keeps
select * replace (url_stem(url::varchar, getvariable('identifying_pattern')) as url)
from (
    select *
    from stage.missing_field
    union all by name
    select
        file_row_number + 1 as line,
        * exclude (file_row_number)
    from read_parquet(getvariable('input_path'), file_row_number = true, hive_partitioning = false)
) as line

-- table:   stage.line
-- purpose: The rows of a Parquet file as text fields, every native field present.
-- grain:   one row per row of the file
-- reads:   stage.native_line
-- params:  path
-- write:   replace all
select *
from stage.native_line
union all by name
select
    file_row_number + 1 as line,
    columns(* exclude (file_row_number))::varchar
from read_parquet($path, file_row_number = true, hive_partitioning = false)

-- table:   reference.relation_column
-- purpose: The columns of every table and view, in their order, each with its comment.
-- grain:   one row per table or view and column
-- reads:   nothing
-- params:  none
-- write:   none
select
    schema_name || '.' || table_name as relation,
    column_name as name,
    lower(data_type) as type,
    comment
from duckdb_columns()
where database_name = current_database() and not internal
order by relation, column_index

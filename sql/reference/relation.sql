-- table:   reference.relation
-- purpose: The tables and views of the warehouse, each with its comment.
-- grain:   one row per table or view
-- reads:   nothing
-- params:  none
-- write:   none
select
    'table' as kind,
    schema_name || '.' || table_name as name,
    comment
from duckdb_tables()
where database_name = current_database()
union all
select
    'view' as kind,
    schema_name || '.' || view_name as name,
    comment
from duckdb_views()
where database_name = current_database() and not internal
order by name

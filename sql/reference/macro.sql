-- table:   reference.macro
-- purpose: The macros for analysts: those that have a comment.
-- grain:   one row per macro
-- reads:   nothing
-- params:  none
-- write:   none
select
    function_name as name,
    parameters,
    comment
from duckdb_functions()
where not internal and comment is not null
order by name

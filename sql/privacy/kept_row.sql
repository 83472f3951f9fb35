-- table:   privacy.kept_row
-- purpose: The rows of an archived file that stay: younger than a moment, and not of one visitor.
-- grain:   one row per row of the file that stays
-- reads:   nothing
-- params:  path, events_from, visitor_keys, pattern
-- write:   none
select *
from read_parquet($path, hive_partitioning = false)
where
    occurred_at >= $events_from::timestamp
    and coalesce(visitor_key not in (select unnest($visitor_keys::ubigint[])), true)
    and coalesce(not regexp_matches(extra::varchar, $pattern), true)

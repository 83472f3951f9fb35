-- table:   runs.run
-- purpose: Hash of what came of all files that were loaded, and of removals: tells whether anything came or went since a run.
-- grain:   one row
-- reads:   loads.file, loads.removal
-- params:  none
-- write:   none
with change as (
    select content_hash || ' ' || loaded as name
    from loads.file
    where status = 'loaded'
    union all
    select 'removal ' || removal_number as name
    from loads.removal
)

select md5(coalesce(string_agg(name, ',' order by name), '')) as inputs_hash
from change

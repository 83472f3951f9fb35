-- table:   runs.run
-- purpose: Hash of all files that were loaded: tells whether anything came in since a run.
-- grain:   one row
-- reads:   loads.file
-- params:  none
-- write:   none
select md5(coalesce(string_agg(content_hash, ',' order by content_hash), '')) as inputs_hash
from loads.file
where status = 'loaded'

-- table:   runs.run
-- purpose: Hash of what came of all files that were loaded, of removals, of edits and of accepted tags: tells whether anything came or went since a run.
-- grain:   one row
-- reads:   articles.tag_alias, loads.file, loads.removal, rankings.edit
-- params:  none
-- write:   none
with change as (
    select content_hash || ' ' || loaded as name
    from loads.file
    where status = 'loaded'
    union all
    select 'removal ' || removal_number as name
    from loads.removal
    union all
    select 'edit ' || edit_number as name
    from rankings.edit
    union all
    select 'tag ' || to_json([tag_key, canonical_key]) as name
    from articles.tag_alias
)

select md5(coalesce(string_agg(name, ',' order by name), '')) as inputs_hash
from change

-- table:   articles.tag_alias
-- purpose: The accepted spellings that are in effect.
-- grain:   one row per tag_key
-- reads:   articles.tag_alias
-- params:  none
-- write:   none
select
    tag_key,
    canonical_key,
    label,
    canonical_label,
    decided_by,
    decided,
    reason
from articles.tag_alias
order by tag_key

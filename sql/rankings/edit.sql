-- table:   rankings.edit
-- purpose: What editors said, in the order it was typed.
-- grain:   one row per edit_number
-- reads:   rankings.edit
-- params:  none
-- write:   none
select
    edit_number,
    action,
    article_id,
    list_name,
    scope,
    slot,
    until_at,
    made_at,
    made_by,
    reason
from rankings.edit
order by edit_number

-- table:   stage.known_key
-- purpose: The time between the first and the last of the known keys.
-- grain:   one row
-- reads:   stage.known_key
-- params:  none
-- write:   none
select
    min(occurred_at) as from_at,
    max(occurred_at) as until_at
from stage.known_key

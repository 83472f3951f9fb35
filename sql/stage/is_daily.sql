-- table:   stage.load_rule
-- purpose: Whether supplied visitor ids are keyed for their day alone.
-- grain:   one row
-- reads:   stage.load_rule
-- params:  none
-- write:   none
select is_daily
from stage.load_rule

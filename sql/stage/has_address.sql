-- table:   stage.line
-- purpose: Whether any line gives an address.
-- grain:   one row
-- reads:   stage.line
-- params:  none
-- write:   none
select count(line.ip) > 0 as has_address
from stage.line as line

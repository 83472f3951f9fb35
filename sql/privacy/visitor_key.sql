-- table:   privacy.visitor_key
-- purpose: The key that a supplied visitor id has on every day.
-- grain:   one row
-- reads:   nothing
-- params:  visitor_salt, visitor_id
-- write:   none
select key_of($visitor_salt || $visitor_id) as visitor_key

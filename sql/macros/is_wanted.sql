-- table:   is_wanted
-- purpose: Whether a filter's values, in small letters, hold a value; an empty filter holds all.
-- grain:   a scalar
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro is_wanted(value, wanted) as (
    len(wanted::varchar[]) = 0 or list_contains(wanted::varchar[], lower(value))
);

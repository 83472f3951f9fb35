-- table:   url_stem
-- purpose: x.
-- grain:   a scalar
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro url_stem(url, keeps_query) as url;

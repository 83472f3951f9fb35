-- table:   no_pageview_reason
-- purpose: x.
-- grain:   a scalar
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro no_pageview_reason(method, status, content_type) as case when method not in ('GET', '') then 'method' when not (status between 200 and 299 or status = 304) then 'status' end;

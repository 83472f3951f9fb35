-- table:   early_reason
-- purpose: The first reason to remove an event that the event itself tells, without looking at any other.
-- grain:   a scalar: NULL where there is none
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro early_reason(event) as case
    when event.kind = 'pageview' and event.no_pageview_by is not null then 'no_pageview'
    when event.kind = 'pageview' and event.is_prefetch then 'prefetch'
    when event.is_staff then 'staff'
    when event.is_declared_robot then 'declared_robot'
    when event.is_data_centre then 'data_centre'
end;

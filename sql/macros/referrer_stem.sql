-- table:   referrer_stem
-- purpose: A referrer up to its host, where a slash ends it: all that its class hangs on.
-- grain:   a scalar
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro referrer_stem(referrer) as case
    when starts_with(referrer, 'https://') then 'https://' || split_part(referrer, '/', 3)
    when starts_with(referrer, 'http://') then 'http://' || split_part(referrer, '/', 3)
    else referrer
end;

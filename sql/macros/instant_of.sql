-- table:   instant_of
-- purpose: Reads an instant of whatever type a source gives it: text and numbers as parse_instant does, a zoned timestamp as it is.
-- grain:   a scalar: NULL where it is no instant, or has no zone and no zone is assumed
-- reads:   nothing
-- params:  none
-- write:   create or replace
-- The type is known when a statement is bound, so that only one branch remains.
create or replace macro instant_of(given, zone) as case typeof(given)
    when 'TIMESTAMP WITH TIME ZONE' then given::timestamptz::timestamp
    when 'TIMESTAMP' then timezone(zone, given::timestamp)::timestamp
    else coalesce(parse_instant(trim(given::varchar)), timezone(zone, parse_local(trim(given::varchar)))::timestamp)
end;

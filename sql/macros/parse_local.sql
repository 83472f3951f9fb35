-- table:   parse_local
-- purpose: Reads an ISO 8601 date and time without a zone.
-- grain:   a scalar: NULL where the text is none
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro parse_local(instant_text) as case
    when regexp_full_match(instant_text, '\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?')
        then try_cast(replace(upper(instant_text), ',', '.') as timestamp)
end;

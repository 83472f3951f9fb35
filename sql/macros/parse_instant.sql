-- table:   parse_instant
-- purpose: Reads ISO 8601 with a zone, or epoch seconds, milliseconds or microseconds by magnitude, as UTC.
-- grain:   a scalar: NULL where the text is no such instant
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro parse_instant(instant_text) as coalesce(
    -- The two commonest forms, at a third of the cost: at these lengths every field has all its digits.
    case
        when instant_text >= '0' and instant_text < ':'
            then
                case length(instant_text)
                    when 24 then try_strptime(instant_text, '%Y-%m-%dT%H:%M:%S.%gZ')
                    when 20 then try_strptime(instant_text, '%Y-%m-%dT%H:%M:%SZ')
                end
    end,
    case
        when
            regexp_full_match(
                instant_text,
                '\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)? ?([Zz]|[+-][01]\d(:?[0-5]\d)?)'
            )
            -- The cast knows neither small letters, nor a comma, nor a space before the zone.
            then
                coalesce(
                    try_cast(instant_text as timestamptz),
                    try_cast(regexp_replace(upper(replace(instant_text, ',', '.')), ' ([Z+-])', '\1') as timestamptz)
                )::timestamp
        when regexp_full_match(instant_text, '\d{1,17}')
            then make_timestamp(instant_text::bigint * case
                when length(ltrim(instant_text, '0')) <= 11 then 1000000
                when length(ltrim(instant_text, '0')) <= 14 then 1000
                else 1
            end)
        when
            regexp_full_match(instant_text, '\d{1,11}\.\d+')
            then make_timestamp(round(instant_text::double * 1000000)::bigint)
        when
            regexp_full_match(instant_text, '\d{12,14}\.\d+')
            then make_timestamp(round(instant_text::double * 1000)::bigint)
    end
);

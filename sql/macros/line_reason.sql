-- table:   line_reason
-- purpose: The first reason why a line is no event; of a line marked by its reader, the reader's.
-- grain:   a scalar: NULL where the line is an event
-- reads:   nothing
-- params:  none
-- write:   create or replace
-- chr(0) before a reason: the line is not ours to count; chr(1): it is bad.
create or replace macro line_reason(event, load_rule, bad_url) as case
    when event.kind is null or event.kind = '' then 'missing_kind'
    when event.kind in ('pageview', 'share', 'engaged')
        then
            case
                when event.occurred_text is null or event.occurred_text = '' then 'missing_time'
                when event.occurred_at is null
                    then
                        case
                            when
                                regexp_full_match(trim(event.occurred_text), '\d{4}-\d\d-\d\d([Tt ][\d:.,]+)?')
                                -- A day or an hour that does not exist is no time at all.
                                and try_cast(replace(upper(event.occurred_text), ',', '.') as timestamp) is not null
                                then 'naive_time'
                            else 'bad_time'
                        end
                when not isfinite(event.occurred_at) then 'bad_time'
                when event.occurred_at < timestamp '1970-01-01' then 'time_before_1970'
                when
                    event.occurred_at
                    > coalesce(event.received_at, load_rule.received_until) + to_seconds(load_rule.skew_seconds)
                    then 'time_in_the_future'
                when event.named_article_id is null and event.raw_url is null then 'missing_article'
                when event.named_article_id is null and bad_url then 'bad_url'
                when event.received_text is not null and event.received_at is null then 'bad_received_at'
                when event.kind = 'engaged' and event.engaged_text is null then 'missing_engaged_seconds'
                when event.engaged_text is not null and coalesce(event.engaged_seconds < 0, true)
                    then 'bad_engaged_seconds'
                when event.heartbeat_text is not null and event.heartbeat is null then 'bad_heartbeat'
                when
                    event.first_heartbeat_text is not null and coalesce(event.first_heartbeat_seconds < 0, true)
                    then 'bad_first_heartbeat_seconds'
                when event.slot_text is not null and event.slot is null then 'bad_slot'
                when event.staff_text is not null and try_cast(event.staff_text as boolean) is null
                    then 'bad_is_staff'
                when event.status_text is not null and event.status is null then 'bad_status'
                when event.sequence_text is not null and event.sequence_number is null then 'bad_sequence_number'
            end
    when left(event.kind, 1) in (chr(0), chr(1)) then event.kind
    else 'unknown_kind'
end;

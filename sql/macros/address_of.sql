-- table:   address_of
-- purpose: What makes a visitor of the day where the source names none (or names are kept for a day): address, start of the agent, language, host.
-- grain:   a scalar: NULL where the event has a visitor id, or neither address nor agent
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro address_of(event, is_daily) as case
    when event.visitor_id is not null and is_daily then 'id:' || event.visitor_id
    when event.visitor_id is null and event.ip is not null and event.user_agent is not null
        then
            concat_ws(
                chr(31), 'address:', event.ip, left(trim(event.user_agent), 200), coalesce(event.accept_language, ''),
                coalesce(event.site_host, '')
            )
end;

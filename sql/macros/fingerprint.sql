-- table:   fingerprint
-- purpose: Stands in for a missing event id: a keyed hash of the event's own fields, the same in every copy of the event.
-- grain:   a scalar
-- reads:   nothing
-- params:  none
-- write:   create or replace
-- Keyed, since it holds the address: without the key it says nothing of it. A dead day's salt does not change it.
-- All that the row says of what happened is in it, also the fields kept aside: nobody knows what they mean, and two rows
-- that differ in one are two events. Out is what copies of one event may differ in: when it was received and by which
-- number. Out too is first_heartbeat_seconds, where it is a setting of ours and not the row's own word.
create or replace macro fingerprint(event, url, extra, salt) as key_of(concat_ws(
    chr(31),
    salt,
    event.kind,
    event.occurred_at::varchar,
    coalesce(event.named_article_id, ''),
    coalesce(url, ''),
    coalesce(event.visitor_id, ''),
    coalesce(event.ip, ''),
    coalesce(event.user_agent, ''),
    coalesce(event.accept_language, ''),
    coalesce(event.session_id, ''),
    coalesce(event.pageview_id, ''),
    coalesce(event.referrer, ''),
    coalesce(event.country, ''),
    coalesce(event.device, ''),
    coalesce(event.share_network, ''),
    coalesce(event.engaged_seconds::varchar, ''),
    coalesce(event.heartbeat::varchar, ''),
    coalesce(event.source_box, ''),
    coalesce(event.slot::varchar, ''),
    coalesce(event.list_id, ''),
    coalesce(event.status::varchar, ''),
    coalesce(event.method, ''),
    coalesce(event.purpose, ''),
    event.is_staff::varchar,
    -- Named, since those that are absent leave no gap.
    'host=' || event.site_host,
    'content_type=' || event.content_type,
    'extra=' || list_sort(map_entries(extra::json::map (varchar, varchar)))::varchar
));

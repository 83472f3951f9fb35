-- table:   event_body
-- purpose: Hash of what an event says, its id aside: tells a copy from a conflict. What our own lists say of it is left out.
-- grain:   a scalar
-- reads:   nothing
-- params:  none
-- write:   create or replace
-- All that is kept of the row's own word: two bodies under one id are a conflict, and one of them a reject. Receipt,
-- numbering and address are the copy's, labels and first_heartbeat_seconds (a setting, with Snowplow) are ours: they may
-- differ, and stage/body chooses among the copies by them. Host, content type and agent are not kept; the visitor key
-- holds the host.
create or replace macro event_body(event, page) as md5(concat_ws(
    chr(31),
    event.kind,
    event.occurred_at::varchar,
    coalesce(page.named_article_id, ''),
    coalesce(page.url, ''),
    coalesce(event.visitor_key::varchar, ''),
    coalesce(event.session_key::varchar, ''),
    coalesce(event.pageview_key::varchar, ''),
    coalesce(event.referrer_host, ''),
    coalesce(event.country, ''),
    coalesce(event.device, ''),
    coalesce(event.share_network, ''),
    coalesce(event.engaged_seconds::varchar, ''),
    coalesce(event.heartbeat::varchar, ''),
    coalesce(event.source_box, ''),
    coalesce(event.slot::varchar, ''),
    coalesce(event.list_id, ''),
    -- Files of two formats may give the fields in another order.
    coalesce(list_sort(map_entries(event.extra::json::map (varchar, varchar)))::varchar, ''),
    event.is_prefetch::varchar
));

-- table:   events.event
-- purpose: What happened, under which name the article was meant, by which pseudonymous visitor, with every label; the verdict left out.
-- grain:   one row per event_key
-- reads:   events.counted, events.page
-- params:  none
-- write:   create or replace view
create or replace view events.event as
select
    event.* exclude (page_id, credited_seconds, removed_by, is_read, is_reader),
    page.named_article_id,
    page.url
from events.counted as event
left join events.page as page on event.page_id = page.page_id;
comment on view events.event is
'What happened, with every label the event earned, without the verdict of counting. Grain: one row per event_key.';
comment on column events.event.event_key is '64-bit key of the event''s id, or of its own fields where it has no id.';
comment on column events.event.kind is 'pageview, share or engaged.';
comment on column events.event.occurred_at is 'Event time (UTC).';
comment on column events.event.is_clamped is 'The source''s clock ran ahead a little: the time is the one of its receipt.';
comment on column events.event.received_at is 'When the collector received it (UTC), where that is known.';
comment on column events.event.article_id is 'The article it counts for; empty while the article is not known yet.';
comment on column events.event.visitor_key is 'Pseudonymous visitor; empty where there is none.';
comment on column events.event.network_key is 'Pseudonymous network of the address on that day; empty where no address came.';
comment on column events.event.session_key is 'Session as the source gave it, keyed.';
comment on column events.event.pageview_key is 'Pageview that an engaged event belongs to, keyed.';
comment on column events.event.referrer_class is 'search, social, messaging, ai, internal, external or direct; empty where nothing was given.';
comment on column events.event.referrer_host is 'Host of the referrer.';
comment on column events.event.country is 'Reader''s country as given.';
comment on column events.event.device is 'Device class as given.';
comment on column events.event.share_network is 'Where a share went.';
comment on column events.event.engaged_seconds is 'Engaged time as the source gave it.';
comment on column events.event.heartbeat is 'Number of the heartbeat''s bucket, where the source beats.';
comment on column events.event.first_heartbeat_seconds is 'What a pageview''s first heartbeat is worth, where the source says so.';
comment on column events.event.source_box is 'The box of the page that sent the reader, such as most-read.';
comment on column events.event.slot is 'Slot in that box, from 1.';
comment on column events.event.list_id is 'List document that filled the box.';
comment on column events.event.sequence_source is 'The collector that numbers its events.';
comment on column events.event.sequence_number is 'Its number of this event.';
comment on column events.event.extra is 'Fields of the source this table has no column for.';
comment on column events.event.no_pageview_by is 'Why it fails the pageview definition: method, status, content_type, feed, system, path and so on; empty where it is a pageview.';
comment on column events.event.is_prefetch is 'A prefetch or preview.';
comment on column events.event.is_staff is 'Staff or a monitor.';
comment on column events.event.is_declared_robot is 'The user agent declares a robot.';
comment on column events.event.is_data_centre is 'The address lies in a range of a data centre.';
comment on column events.event.has_odd_agent is 'The user agent is shorter or longer than a browser''s.';
comment on column events.event.robot_rule is 'The rule by which its visitor or network behaved like a robot that day.';
comment on column events.event.is_repeat is 'Same visitor and article in the 30 minutes before.';
comment on column events.event.is_over_cap is 'More of one visitor and article that day than counts.';
comment on column events.event.named_article_id is 'The article id the event itself names.';
comment on column events.event.url is 'The canonical URL the event itself names.';

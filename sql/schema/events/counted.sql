-- table:   events.counted
-- purpose: Every distinct event, with its labels and the verdict of counting.
-- grain:   one row per event_key
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists events.counted (
    event_key ubigint not null,
    kind varchar not null,
    occurred_at timestamp not null,
    is_clamped boolean not null,
    received_at timestamp,
    page_id integer not null,
    article_id varchar,
    visitor_key ubigint,
    network_key ubigint,
    session_key ubigint,
    pageview_key ubigint,
    referrer_class varchar,
    referrer_host varchar,
    country varchar,
    device varchar,
    share_network varchar,
    engaged_seconds decimal(9, 3),
    heartbeat bigint,
    first_heartbeat_seconds decimal(9, 3),
    credited_seconds decimal(9, 3),
    source_box varchar,
    slot utinyint,
    list_id varchar,
    sequence_source varchar,
    sequence_number bigint,
    extra json,
    no_pageview_by varchar,
    is_prefetch boolean not null,
    is_staff boolean not null,
    is_declared_robot boolean not null,
    is_data_centre boolean not null,
    has_odd_agent boolean not null,
    robot_rule varchar,
    is_repeat boolean not null,
    is_over_cap boolean not null,
    removed_by varchar,
    is_read boolean not null,
    is_reader boolean not null
);

comment on table events.counted is 'Every distinct event, with its labels and the verdict of counting. Grain: one row per event_key.';
comment on column events.counted.event_key is '64-bit key of the event''s id, or of its own fields where it has no id.';
comment on column events.counted.kind is 'pageview, share or engaged.';
comment on column events.counted.occurred_at is 'Event time (UTC).';
comment on column events.counted.is_clamped is 'The source''s clock ran ahead a little: the time is the one of its receipt.';
comment on column events.counted.received_at is 'When the collector received it (UTC), where that is known.';
comment on column events.counted.page_id is 'What it named an article by: its row of events.page.';
comment on column events.counted.article_id is 'The article it counts for; empty while the article is not known yet.';
comment on column events.counted.visitor_key is 'Pseudonymous visitor; empty where there is none.';
comment on column events.counted.network_key is 'Pseudonymous network of the address on that day; empty where no address came.';
comment on column events.counted.session_key is 'Session as the source gave it, keyed.';
comment on column events.counted.pageview_key is 'Pageview that an engaged event belongs to, keyed.';
comment on column events.counted.referrer_class is 'search, social, messaging, ai, internal, external or direct; empty where nothing was given.';
comment on column events.counted.referrer_host is 'Host of the referrer.';
comment on column events.counted.country is 'Reader''s country as given.';
comment on column events.counted.device is 'Device class as given.';
comment on column events.counted.share_network is 'Where a share went.';
comment on column events.counted.engaged_seconds is 'Engaged time as the source gave it.';
comment on column events.counted.heartbeat is 'Number of the heartbeat''s bucket, where the source beats.';
comment on column events.counted.first_heartbeat_seconds is 'What a pageview''s first heartbeat is worth, where the source says so.';
comment on column events.counted.credited_seconds is 'Engaged time that counts: each heartbeat once, up to the cap of a pageview.';
comment on column events.counted.source_box is 'The box of the page that sent the reader, such as most-read.';
comment on column events.counted.slot is 'Slot in that box, from 1.';
comment on column events.counted.list_id is 'List document that filled the box.';
comment on column events.counted.sequence_source is 'The collector that numbers its events.';
comment on column events.counted.sequence_number is 'Its number of this event.';
comment on column events.counted.extra is 'Fields of the source this table has no column for.';
comment on column events.counted.no_pageview_by is 'Why it fails the pageview definition: method, status, content_type, feed, system, path and so on; empty where it is a pageview.';
comment on column events.counted.is_prefetch is 'A prefetch or preview.';
comment on column events.counted.is_staff is 'Staff or a monitor.';
comment on column events.counted.is_declared_robot is 'The user agent declares a robot.';
comment on column events.counted.is_data_centre is 'The address lies in a range of a data centre.';
comment on column events.counted.has_odd_agent is 'The user agent is shorter or longer than a browser''s.';
comment on column events.counted.robot_rule is 'The rule by which its visitor or network behaved like a robot that day.';
comment on column events.counted.is_repeat is 'Same visitor and article in the 30 minutes before.';
comment on column events.counted.is_over_cap is 'More of one visitor and article that day than counts.';
comment on column events.counted.removed_by is 'First reason that removed the event; empty where it counts.';
comment on column events.counted.is_read is 'A pageview that counts.';
comment on column events.counted.is_reader is 'The read is its visitor''s first of the article on that UTC day.';

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
    received_at timestamp,
    article_id varchar,
    named_article_id varchar,
    url varchar,
    visitor_key ubigint,
    session_key ubigint,
    pageview_key ubigint,
    referrer_class varchar,
    referrer_host varchar,
    country varchar,
    device varchar,
    share_network varchar,
    engaged_seconds decimal(9, 3),
    source_box varchar,
    slot utinyint,
    list_id varchar,
    extra json,
    is_no_pageview boolean not null,
    is_prefetch boolean not null,
    is_staff boolean not null,
    is_declared_robot boolean not null,
    is_repeat boolean not null,
    removed_by varchar,
    is_read boolean not null,
    is_reader boolean not null
);

comment on table events.counted is 'Every distinct event, with its labels and the verdict of counting. Grain: one row per event_key.';
comment on column events.counted.event_key is '64-bit key of the event''s id, or of its own fields where it has no id.';
comment on column events.counted.kind is 'pageview, share or engaged.';
comment on column events.counted.occurred_at is 'Event time (UTC).';
comment on column events.counted.received_at is 'When the collector received it (UTC), where that is known.';
comment on column events.counted.article_id is 'The article it counts for; empty while the article is not known yet.';
comment on column events.counted.named_article_id is 'The article id the event itself names.';
comment on column events.counted.url is 'The canonical URL the event itself names.';
comment on column events.counted.visitor_key is 'Pseudonymous visitor; empty where there is none.';
comment on column events.counted.session_key is 'Session as the source gave it, keyed.';
comment on column events.counted.pageview_key is 'Pageview that an engaged event belongs to, keyed.';
comment on column events.counted.referrer_class is 'search, social, messaging, ai, internal, external or direct; empty where nothing was given.';
comment on column events.counted.referrer_host is 'Host of the referrer.';
comment on column events.counted.country is 'Reader''s country as given.';
comment on column events.counted.device is 'Device class as given.';
comment on column events.counted.share_network is 'Where a share went.';
comment on column events.counted.engaged_seconds is 'Engaged time of an engaged event.';
comment on column events.counted.source_box is 'The box of the page that sent the reader, such as most-read.';
comment on column events.counted.slot is 'Slot in that box, from 1.';
comment on column events.counted.list_id is 'List document that filled the box.';
comment on column events.counted.extra is 'Fields of the source this table has no column for.';
comment on column events.counted.is_no_pageview is 'Fails the pageview definition (method, status).';
comment on column events.counted.is_prefetch is 'A prefetch or preview.';
comment on column events.counted.is_staff is 'Staff or a monitor.';
comment on column events.counted.is_declared_robot is 'The user agent declares a robot.';
comment on column events.counted.is_repeat is 'Same visitor and article in the 30 minutes before.';
comment on column events.counted.removed_by is 'First reason that removed a pageview; empty where it counts.';
comment on column events.counted.is_read is 'A pageview that counts.';
comment on column events.counted.is_reader is 'The read is its visitor''s first of the article on that UTC day.';

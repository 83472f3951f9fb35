-- table:   runs.run
-- purpose: The state of the workspace at a glance.
-- grain:   one row
-- reads:   articles.article, events.counted, loads.file, loads.reject, rankings.correction
-- params:  none
-- write:   none
select
    (select count(*) from articles.article) as articles,
    (select count(*) from events.counted) as events,
    (
        select count(*) from events.counted
        where kind = 'pageview'
    ) as pageviews,
    (
        select count(*) from events.counted
        where is_read
    ) as reads,
    (
        select count(*) from events.counted
        where article_id is null
    ) as waiting_events,
    (
        select count(*) from loads.file
        where status = 'loaded'
    ) as files,
    (
        select count(*) from loads.file
        where status = 'set_aside'
    ) as files_set_aside,
    (select count(*) from loads.reject) as rejects,
    (select count(*) from rankings.correction) as corrections,
    (select min(occurred_at) from events.counted) as first_event_at,
    (select max(occurred_at) from events.counted) as last_event_at

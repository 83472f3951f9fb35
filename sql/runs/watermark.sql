-- table:   runs.run
-- purpose: How far the data reach: the hour up to which events are complete, and the newest article.
-- grain:   one row
-- reads:   events.counted, articles.article
-- params:  none
-- write:   none
select
    date_trunc('hour', (select max(occurred_at) from events.counted) + interval 5 minutes) as data_through,
    (
        select max(published_at) from articles.article
        where status = 'live'
    ) as newest_article_at

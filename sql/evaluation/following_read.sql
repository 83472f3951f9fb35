-- table:   stage.following_read
-- purpose: What was read in the hour after each moment.
-- grain:   one row per as_of and article_id
-- reads:   stage.moment, events.counted, articles.article
-- params:  from_at, until_at
-- write:   none
select
    moment.as_of,
    article.article_id,
    article.edition,
    article.section_slug,
    article.region_slug,
    article.content_type,
    count(*) as reads
from events.counted as event
inner join stage.moment as moment
    on event.occurred_at > moment.as_of and event.occurred_at <= moment.as_of + interval 1 hour
inner join articles.article as article on event.article_id = article.article_id
where
    event.is_read
    and event.occurred_at > $from_at
    and event.occurred_at <= $until_at
group by all
order by moment.as_of, article.article_id

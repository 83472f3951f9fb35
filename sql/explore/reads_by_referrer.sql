-- table:   explore.reads_by_referrer
-- purpose: Where readers come from, edition by edition.
-- grain:   one row per edition and referrer class
-- reads:   events.counted, articles.article
-- params:  none
-- write:   none
select
    article.edition,
    coalesce(event.referrer_class, 'not given') as referrer_class,
    count(*) as reads,
    round(count(*) / sum(count(*)) over (partition by article.edition), 3) as edition_share
from events.counted as event
inner join articles.article as article on event.article_id = article.article_id
where event.is_read
group by article.edition, coalesce(event.referrer_class, 'not given')
order by article.edition asc, reads desc, referrer_class asc

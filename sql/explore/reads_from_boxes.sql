-- table:   explore.reads_from_boxes
-- purpose: The articles that owe most of their reads to a box of the page: is a list feeding itself?
-- grain:   one row per article_id, the 20 with the largest share among those with 20 reads or more
-- reads:   rollups.article_hourly, articles.article
-- params:  none
-- write:   none
select
    article.article_id,
    article.edition,
    article.title,
    sum(hourly.reads)::bigint as reads,
    sum(hourly.box_reads)::bigint as box_reads,
    round(sum(hourly.box_reads) / sum(hourly.reads), 3) as box_share
from rollups.article_hourly as hourly
inner join articles.article as article on hourly.article_id = article.article_id
group by article.article_id, article.edition, article.title
having sum(hourly.reads) >= 20
order by box_share desc, reads desc, article.article_id asc
limit 20

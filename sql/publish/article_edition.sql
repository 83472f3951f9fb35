-- table:   publish.article_edition
-- purpose: The edition of one article, by its id or its canonical URL.
-- grain:   at most one row
-- reads:   articles.article, articles.address
-- params:  article
-- write:   none
select
    article.article_id,
    article.edition
from articles.article as article
left join articles.address as address on article.article_id = address.article_id and address.url = $article
where article.article_id = $article or address.url is not null
order by article.article_id <> $article
limit 1

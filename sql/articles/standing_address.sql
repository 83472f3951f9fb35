-- table:   articles.standing_address
-- purpose: Where the URLs of a file's articles, named in it or before, lead until the file is loaded.
-- grain:   one row per url
-- reads:   articles.address, articles.alias, stage.incoming_address, stage.incoming_article
-- params:  none
-- write:   none
with named as (
    select url from stage.incoming_address
    union
    select url from articles.alias
    where article_id in (select incoming.article_id from stage.incoming_article as incoming)
)

select
    named.url,
    address.article_id
from named
left join articles.address as address on named.url = address.url

-- table:   articles.address
-- purpose: The article each URL leads to; an article's own URL beats an old one, then the smallest id.
-- grain:   one row per url
-- reads:   articles.alias
-- params:  none
-- write:   create or replace view
create or replace view articles.address as
select
    url,
    arg_min(article_id, (not is_current, article_id)) as article_id
from articles.alias
group by url;
comment on view articles.address is
'The article each URL leads to; an article''s own URL beats an old one, then the smallest id. Grain: one row per url.';
comment on column articles.address.url is 'Canonical URL.';
comment on column articles.address.article_id is 'The article it leads to.';

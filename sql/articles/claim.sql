-- table:   articles.alias
-- purpose: The articles that have a URL of the file for their own, and whether the newsroom loaded them itself.
-- grain:   one row per url and article_id
-- reads:   articles.alias, articles.version, stage.incoming_url
-- params:  none
-- write:   none
select
    alias.url,
    alias.article_id,
    bool_or(not json_exists(version.content, '$.is_item')) as is_native
from articles.alias as alias
inner join articles.version as version on alias.article_id = version.article_id
where
    alias.is_current
    and alias.url in (select incoming.url from stage.incoming_url as incoming)
group by alias.url, alias.article_id
order by alias.url, alias.article_id

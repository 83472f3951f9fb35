-- table:   publish.page_tag
-- purpose: The tags of the articles that were asked for, each under the spelling most articles of the edition use.
-- grain:   one row per article_id and tag_key
-- reads:   articles.article, articles.article_tag, articles.edition_tag
-- params:  article_ids
-- write:   none
select
    article.article_id,
    tag.tag_key,
    known.label
from articles.article_tag as tag
inner join articles.article as article on tag.article_id = article.article_id
inner join articles.edition_tag as known on article.edition = known.edition and tag.tag_key = known.tag_key
where article.article_id in (select unnest($article_ids::varchar[]))
order by article.article_id, list_position(article.tags, tag.label), tag.tag_key

-- table:   articles.article_tag
-- purpose: The tags of articles, with what is known of the article.
-- grain:   one row per article_id and tag_key
-- reads:   articles.article, articles.article_tag
-- params:  none
-- write:   none
select
    tagged.article_id,
    tagged.tag_key,
    article.edition,
    article.section_slug as section,
    article.translation_group
from articles.article_tag as tagged
inner join articles.article as article on tagged.article_id = article.article_id
order by tagged.article_id, tagged.tag_key

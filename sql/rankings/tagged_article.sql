-- table:   articles.article
-- purpose: The articles with one tag, and those of one author; an empty value asks for neither.
-- grain:   one row per article_id
-- reads:   articles.article, articles.article_tag
-- params:  tag, author
-- write:   none
select article.article_id
from articles.article as article
where
    (
        $tag = ''
        or article.article_id in (
            select tagged.article_id from articles.article_tag as tagged
            where tagged.tag_key = $tag or tagged.label = $tag
        )
    )
    and ($author = '' or list_contains(article.authors, $author))
order by article.article_id

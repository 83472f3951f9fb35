-- table:   articles.article
-- purpose: The articles with one tag, however they spell it, and those of one author; an empty value asks for neither.
-- grain:   one row per article_id
-- reads:   articles.article, articles.article_tag, articles.tag_alias
-- params:  tag, author
-- write:   none
with meant as (
    select tagged.tag_key
    from articles.article_tag as tagged
    where tagged.tag_key = $tag or tagged.label = $tag
    union
    select alias.canonical_key as tag_key
    from articles.tag_alias as alias
    where alias.tag_key = $tag or alias.label = $tag
)

select article.article_id
from articles.article as article
where
    (
        $tag = ''
        or article.article_id in (
            select tagged.article_id from articles.article_tag as tagged
            where tagged.tag_key in (select meant.tag_key from meant)
        )
    )
    and ($author = '' or list_contains(article.authors, $author))
order by article.article_id

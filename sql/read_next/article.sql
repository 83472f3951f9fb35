-- table:   articles.article
-- purpose: What Read Next knows of the articles.
-- grain:   one row per article_id
-- reads:   articles.article, coverage.member, withdrawn_article
-- params:  as_of
-- write:   none
select
    article_id,
    language,
    edition,
    title,
    summary,
    body,
    section_slug as section,
    tags,
    content_type,
    published_at,
    case
        when article_id in (select withdrawn.article_id from withdrawn_article($as_of::timestamp) as withdrawn)
            then 'withdrawn'
        when status = 'embargoed' and embargo_until <= $as_of then 'live'
        else status
    end as status,
    translation_group,
    story_id
from articles.article
left join coverage.member using (article_id)
where content_type <> 'flash'
order by article_id

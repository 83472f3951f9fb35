-- table:   articles.article
-- purpose: What Read Next knows of the articles.
-- grain:   one row per article_id
-- reads:   articles.article, articles.article_tag, articles.edition_tag, coverage.member, withdrawn_article
-- params:  as_of
-- write:   none
with tagged as (
    select
        tag.article_id,
        list(tag.tag_key order by tag.tag_key) as tags,
        list(known.label order by tag.tag_key) as tag_labels
    from articles.article_tag as tag
    inner join articles.article as article on tag.article_id = article.article_id
    inner join articles.edition_tag as known on article.edition = known.edition and tag.tag_key = known.tag_key
    group by tag.article_id
)

select
    article_id,
    language,
    edition,
    title,
    summary,
    body,
    section_slug as section,
    coalesce(tagged.tags, []) as tags,
    coalesce(tagged.tag_labels, []) as tag_labels,
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
left join tagged using (article_id)
where content_type <> 'flash'
order by article_id

-- table:   publish.page_translation
-- purpose: The live articles of the translation group of each article that was asked for, but for itself.
-- grain:   one row per article_id and translation_id
-- reads:   live_article
-- params:  article_ids, as_of
-- write:   none
with live as (
    select
        article_id,
        url,
        edition,
        language,
        translation_group
    from live_article($as_of::timestamp)
    where translation_group is not null
)

select
    live.article_id,
    other.article_id as translation_id,
    other.url,
    other.edition,
    other.language
from live
inner join live as other on live.translation_group = other.translation_group and live.article_id <> other.article_id
where live.article_id in (select unnest($article_ids::varchar[]))
order by live.article_id, other.edition, other.article_id

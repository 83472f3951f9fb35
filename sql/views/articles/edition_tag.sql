-- table:   articles.edition_tag
-- purpose: The tags of each edition, under the spelling that most of its articles use; of equals the first by letters.
-- grain:   one row per edition and tag_key
-- reads:   articles.article, articles.article_tag
-- params:  none
-- write:   create or replace view
create or replace view articles.edition_tag as
with spelling as (
    select
        article.edition,
        tag.tag_key,
        tag.label,
        count(*) as articles
    from articles.article_tag as tag
    inner join articles.article as article on tag.article_id = article.article_id
    group by article.edition, tag.tag_key, tag.label
)

select
    edition,
    tag_key,
    arg_min(label, (-articles, label)) as label
from spelling
group by edition, tag_key;
comment on view articles.edition_tag is
'The tags of each edition, under the spelling that most of its articles use. Grain: one row per edition and tag_key.';
comment on column articles.edition_tag.edition is 'Edition.';
comment on column articles.edition_tag.tag_key is 'Key of the tag: what makes spellings one tag.';
comment on column articles.edition_tag.label is 'How most articles of the edition write it.';

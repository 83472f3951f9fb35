-- table:   articles.article_tag
-- purpose: Which article carries which tag.
-- grain:   one row per article_id and tag_key
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists articles.article_tag (
    article_id varchar not null,
    tag_key varchar not null,
    label varchar not null
);

comment on table articles.article_tag is 'Which article carries which tag. Grain: one row per article_id and tag_key.';
comment on column articles.article_tag.article_id is 'The article.';
comment on column articles.article_tag.tag_key is 'The canonical tag: what editors accepted stands under it.';
comment on column articles.article_tag.label is 'The tag as this article writes it.';

-- table:   articles.alias
-- purpose: Every canonical URL that a version of an article names.
-- grain:   one row per url and article_id
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists articles.alias (
    url varchar not null,
    article_id varchar not null,
    is_current boolean not null
);

comment on table articles.alias is 'Every canonical URL that a version of an article names. Grain: one row per url and article_id.';
comment on column articles.alias.url is 'Canonical URL.';
comment on column articles.alias.article_id is 'The article this URL leads to.';
comment on column articles.alias.is_current is 'True where this is the article''s own URL, false for an old one.';

-- table:   articles.version
-- purpose: Every content an article has had.
-- grain:   one row per article_id and content_hash
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists articles.version (
    article_id varchar not null,
    content_hash varchar not null,
    arrival_number bigint not null,
    updated_at timestamp,
    content json not null
);

comment on table articles.version is 'Every content an article has had. Grain: one row per article_id and content_hash.';
comment on column articles.version.article_id is 'The site''s own id of the article.';
comment on column articles.version.content_hash is 'Hash of the whole content; the same content twice is one version.';
comment on column articles.version.arrival_number is 'Order of the last arrival: the tie-break where updated_at says nothing.';
comment on column articles.version.updated_at is 'Last update the newsroom declared for this content (UTC).';
comment on column articles.version.content is 'The article as loaded, field by field.';

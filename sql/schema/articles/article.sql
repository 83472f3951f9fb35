-- table:   articles.article
-- purpose: The newest content of every article.
-- grain:   one row per article_id
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists articles.article (
    article_id varchar not null,
    url varchar not null,
    edition varchar not null,
    language varchar not null,
    title varchar not null,
    summary varchar,
    body varchar,
    section varchar,
    section_slug varchar,
    region varchar,
    region_slug varchar,
    content_type varchar not null,
    tags varchar[] not null,
    authors varchar[] not null,
    source varchar,
    published_at timestamp not null,
    updated_at timestamp,
    image_url varchar,
    image_alt varchar,
    status varchar not null,
    embargo_until timestamp,
    breaking_until timestamp,
    translation_group varchar,
    reading_minutes integer not null
);

comment on table articles.article is 'The newest content of every article. Grain: one row per article_id.';
comment on column articles.article.article_id is 'The site''s own id of the article.';
comment on column articles.article.url is 'Canonical URL of the article.';
comment on column articles.article.edition is 'Language tag of the edition that carries the article, such as en, ar or pt-BR.';
comment on column articles.article.language is 'Primary language of the edition, such as pt for pt-BR.';
comment on column articles.article.title is 'Headline.';
comment on column articles.article.summary is 'Standfirst or summary.';
comment on column articles.article.body is 'Full text.';
comment on column articles.article.section is 'Section label as the newsroom writes it.';
comment on column articles.article.section_slug is 'Section as it stands in paths and scopes; an alias is already resolved.';
comment on column articles.article.region is 'Region label as the newsroom writes it.';
comment on column articles.article.region_slug is 'Region as it stands in paths and scopes; an alias is already resolved.';
comment on column articles.article.content_type is 'article, video, gallery, live, flash and so on; flash lines never rank.';
comment on column articles.article.tags is 'Tags as written, in the order given.';
comment on column articles.article.authors is 'Authors as written, in the order given.';
comment on column articles.article.source is 'Credit line, such as Agencies.';
comment on column articles.article.published_at is 'First publication (UTC).';
comment on column articles.article.updated_at is 'Last update the newsroom declared (UTC).';
comment on column articles.article.image_url is 'Picture.';
comment on column articles.article.image_alt is 'Alternative text of the picture, in the edition''s language.';
comment on column articles.article.status is 'live, withdrawn or embargoed.';
comment on column articles.article.embargo_until is 'Moment an embargoed article goes live (UTC).';
comment on column articles.article.breaking_until is 'Moment the article stops being breaking news (UTC).';
comment on column articles.article.translation_group is 'Same value on the same article in several editions.';
comment on column articles.article.reading_minutes is 'Reading time at the edition''s silent reading speed, at least 1.';

-- table:   coverage.story
-- purpose: The stories of at least two live articles.
-- grain:   one row per story_id
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists coverage.story (
    story_id varchar not null,
    edition varchar not null,
    lead_article_id varchar not null,
    title varchar not null,
    first_published_at timestamp not null,
    last_published_at timestamp not null,
    articles bigint not null,
    updates bigint not null
);

comment on table coverage.story is 'The stories of at least two live articles. Grain: one row per story_id.';
comment on column coverage.story.story_id is 'The story, named after the article that founded it; it keeps its id as it grows.';
comment on column coverage.story.edition is 'Edition of its articles.';
comment on column coverage.story.lead_article_id is 'The article that leads it: the most read of the last 24 hours; of equals the newest.';
comment on column coverage.story.title is 'Headline of the lead.';
comment on column coverage.story.first_published_at is 'Publication of its oldest article (UTC).';
comment on column coverage.story.last_published_at is 'Publication of its newest article (UTC).';
comment on column coverage.story.articles is 'Live articles.';
comment on column coverage.story.updates is 'Articles published, and contents updated, after the lead''s publication.';

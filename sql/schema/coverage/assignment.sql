-- table:   coverage.assignment
-- purpose: The story each article was given, alone or not: what the next run begins from.
-- grain:   one row per article_id
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists coverage.assignment (
    article_id varchar not null,
    story_id varchar not null,
    published_at timestamp not null,
    similarity double,
    text_hash varchar not null,
    rules_hash varchar not null
);

comment on table coverage.assignment is 'The story each article was given, alone or not: what the next run begins from. Grain: one row per article_id.';
comment on column coverage.assignment.article_id is 'The article.';
comment on column coverage.assignment.story_id is 'Its story: the id of the article that founded it, with ~2 where another story had that id.';
comment on column coverage.assignment.published_at is 'Its publication when it was given its story (UTC).';
comment on column coverage.assignment.similarity is 'Cosine to the centre of its story when that last changed; empty for an article alone.';
comment on column coverage.assignment.text_hash is 'Hash of the text it was judged by: with another text it is judged again.';
comment on column coverage.assignment.rules_hash is 'Hash of the settings it was judged by: with others all articles are judged again.';

-- table:   coverage.change
-- purpose: What became of stories beyond their growth: which merged, which split, which article moved.
-- grain:   one row per as_of and change_number
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists coverage.change (
    as_of timestamp not null,
    change_number integer not null,
    change varchar not null,
    from_story_id varchar not null,
    into_story_id varchar not null,
    article_id varchar not null,
    articles bigint not null,
    similarity double
);

comment on table coverage.change is 'What became of stories beyond their growth: which merged, which split, which article moved. Grain: one row per as_of and change_number.';
comment on column coverage.change.as_of is 'The moment the run described (UTC).';
comment on column coverage.change.change_number is 'Order within the moment, from 1.';
comment on column coverage.change.change is 'merged: two stories became one; split: a part left a story; moved: an article with a new text left it.';
comment on column coverage.change.from_story_id is 'The story that was left.';
comment on column coverage.change.into_story_id is 'The story that was joined or founded.';
comment on column coverage.change.article_id is 'The article whose arrival showed it, or that moved.';
comment on column coverage.change.articles is 'Articles that went from one to the other.';
comment on column coverage.change.similarity is 'Mean cosine between the two parts; empty for an article that moved.';

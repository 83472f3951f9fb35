-- table:   coverage.member
-- purpose: The timeline of each story: its live articles, where there are at least two.
-- grain:   one row per story_id and article_id
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists coverage.member (
    story_id varchar not null,
    article_id varchar not null,
    position integer not null,
    is_lead boolean not null,
    similarity double,
    reads bigint not null
);

comment on table coverage.member is 'The timeline of each story: its live articles, where there are at least two. Grain: one row per story_id and article_id.';
comment on column coverage.member.story_id is 'The story.';
comment on column coverage.member.article_id is 'The article.';
comment on column coverage.member.position is 'Place in the timeline, from 1, the oldest first.';
comment on column coverage.member.is_lead is 'Whether it leads the story: the most read of the last 24 hours; of equals the newest.';
comment on column coverage.member.similarity is 'Cosine to the centre of its story when that last changed.';
comment on column coverage.member.reads is 'Reads of the last 24 hours.';

-- table:   rollups.next_read
-- purpose: What readers of one article went on to read, in spans of five minutes.
-- grain:   one row per seed_article_id, article_id and span_start
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rollups.next_read (
    seed_article_id varchar not null,
    article_id varchar not null,
    hour_start timestamp not null,
    span_start timestamp not null,
    next_reads bigint not null,
    second_reads bigint not null,
    third_reads bigint not null
);

comment on table rollups.next_read is 'What readers of one article went on to read, in spans of five minutes. Grain: one row per seed_article_id, article_id and span_start.';
comment on column rollups.next_read.seed_article_id is 'The article that was read first.';
comment on column rollups.next_read.article_id is 'The article that was read after it.';
comment on column rollups.next_read.hour_start is 'Start of the hour of the later read (UTC).';
comment on column rollups.next_read.span_start is 'Start of the five minutes of the later read (UTC).';
comment on column rollups.next_read.next_reads is 'Visitors'' first reads of the article that day that were their next after the seed, at most 30 minutes later.';
comment on column rollups.next_read.second_reads is 'Visitors'' first reads of the article that day that were their second after the seed, at most 30 minutes later.';
comment on column rollups.next_read.third_reads is 'Visitors'' first reads of the article that day that were their third after the seed, at most 30 minutes later.';

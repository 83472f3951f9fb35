-- table:   rollups.article_hourly
-- purpose: What readers did with each article, hour by hour.
-- grain:   one row per article_id and hour_start
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rollups.article_hourly (
    article_id varchar not null,
    hour_start timestamp not null,
    pageviews bigint not null,
    reads bigint not null,
    readers bigint not null,
    unkeyed_reads bigint not null,
    box_reads bigint not null,
    shares bigint not null,
    engaged_seconds decimal(18, 3) not null
);

comment on table rollups.article_hourly is 'What readers did with each article, hour by hour. Grain: one row per article_id and hour_start.';
comment on column rollups.article_hourly.article_id is 'The article.';
comment on column rollups.article_hourly.hour_start is 'Start of the hour (UTC).';
comment on column rollups.article_hourly.pageviews is 'All pageviews that came in: reads + removed.';
comment on column rollups.article_hourly.reads is 'Pageviews that count.';
comment on column rollups.article_hourly.readers is 'Reads that are their visitor''s first of the article on the UTC day; adds up over hours and days.';
comment on column rollups.article_hourly.unkeyed_reads is 'Reads without a visitor key, each counted as a read.';
comment on column rollups.article_hourly.box_reads is 'Reads that came from a box of the page.';
comment on column rollups.article_hourly.shares is 'Presses of a share control.';
comment on column rollups.article_hourly.engaged_seconds is 'Engaged time.';

-- table:   rollups.removed_hourly
-- purpose: Pageviews that do not count, by first reason.
-- grain:   one row per article_id, hour_start and reason
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rollups.removed_hourly (
    article_id varchar not null,
    hour_start timestamp not null,
    reason varchar not null,
    pageviews bigint not null
);

comment on table rollups.removed_hourly is 'Pageviews that do not count, by first reason. Grain: one row per article_id, hour_start and reason.';
comment on column rollups.removed_hourly.article_id is 'The article.';
comment on column rollups.removed_hourly.hour_start is 'Start of the hour (UTC).';
comment on column rollups.removed_hourly.reason is 'First reason of the removal.';
comment on column rollups.removed_hourly.pageviews is 'Pageviews removed.';

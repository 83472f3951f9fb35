-- table:   rollups.decay_hourly
-- purpose: Decayed weight of an hour's events against the end of that hour.
-- grain:   one row per article_id, hour_start and half_life_seconds
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rollups.decay_hourly (
    article_id varchar not null,
    hour_start timestamp not null,
    half_life_seconds bigint not null,
    read_mass hugeint not null,
    share_mass hugeint not null,
    engaged_mass hugeint not null,
    box_read_mass hugeint
);

comment on table rollups.decay_hourly is 'Decayed weight of an hour''s events against the end of that hour. Grain: one row per article_id, hour_start and half_life_seconds.';
comment on column rollups.decay_hourly.article_id is 'The article.';
comment on column rollups.decay_hourly.hour_start is 'Start of the hour (UTC).';
comment on column rollups.decay_hourly.half_life_seconds is 'Age at which an event counts half.';
comment on column rollups.decay_hourly.read_mass is 'Sum of the weights of reads, in 2^-40 reads.';
comment on column rollups.decay_hourly.share_mass is 'Sum of the weights of shares, in 2^-40 shares.';
comment on column rollups.decay_hourly.engaged_mass is 'Sum of the weights of engaged milliseconds, in 2^-40 milliseconds.';
comment on column rollups.decay_hourly.box_read_mass is 'Sum of the weights of reads that came from a box, in 2^-40 reads; part of read_mass.';

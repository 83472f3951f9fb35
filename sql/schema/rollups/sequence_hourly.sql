-- table:   rollups.sequence_hourly
-- purpose: What of a collector's numbered events is missing or came twice, hour by hour.
-- grain:   one row per sequence_source and hour_start
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rollups.sequence_hourly (
    sequence_source varchar not null,
    hour_start timestamp not null,
    received bigint not null,
    lowest bigint not null,
    highest bigint not null,
    missing bigint not null,
    missing_share double not null,
    repeated bigint not null,
    repeated_share double not null
);

comment on table rollups.sequence_hourly is 'What of a collector''s numbered events is missing or came twice, hour by hour. Grain: one row per sequence_source and hour_start.';
comment on column rollups.sequence_hourly.sequence_source is 'The collector that numbers its events.';
comment on column rollups.sequence_hourly.hour_start is 'Start of the hour (UTC) in which the events happened.';
comment on column rollups.sequence_hourly.received is 'Events with a number.';
comment on column rollups.sequence_hourly.lowest is 'Lowest number of the hour.';
comment on column rollups.sequence_hourly.highest is 'Highest number of the hour.';
comment on column rollups.sequence_hourly.missing is 'Numbers between them that no event has.';
comment on column rollups.sequence_hourly.missing_share is 'missing / (highest - lowest + 1).';
comment on column rollups.sequence_hourly.repeated is 'Events beyond the first of each number: the same number under another event id.';
comment on column rollups.sequence_hourly.repeated_share is 'repeated / received.';

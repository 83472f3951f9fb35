-- table:   rollups.decay_weight
-- purpose: Weight of an event by its age at the end of its hour.
-- grain:   one row per half_life_seconds and age_seconds
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rollups.decay_weight (
    half_life_seconds bigint not null,
    age_seconds bigint not null,
    weight bigint not null,
    decay_rate bigint not null
);

comment on table rollups.decay_weight is 'Weight of an event by its age at the end of its hour. Grain: one row per half_life_seconds and age_seconds.';
comment on column rollups.decay_weight.half_life_seconds is 'Age at which an event counts half.';
comment on column rollups.decay_weight.age_seconds is 'Whole seconds from the event to the end of its hour, 0 to 3600.';
comment on column rollups.decay_weight.weight is '2^(-age / half-life) in units of 2^-40, rounded.';
comment on column rollups.decay_weight.decay_rate is 'ln 2 / half-life in microseconds, in units of 2^-60, rounded.';

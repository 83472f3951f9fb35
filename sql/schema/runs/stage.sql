-- table:   runs.stage
-- purpose: The stages of every run.
-- grain:   one row per run_number and stage
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists runs.stage (
    run_number bigint not null,
    stage varchar not null,
    rows bigint not null,
    seconds double not null
);

comment on table runs.stage is 'The stages of every run. Grain: one row per run_number and stage.';
comment on column runs.stage.run_number is 'The run.';
comment on column runs.stage.stage is 'Name of the stage, such as rankings.';
comment on column runs.stage.rows is 'Rows the stage wrote.';
comment on column runs.stage.seconds is 'How long it took.';

-- table:   runs.run
-- purpose: Every run of the chain.
-- grain:   one row per run_number
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists runs.run (
    run_number bigint not null,
    run_id varchar,
    started_at timestamp not null,
    as_of timestamp,
    data_through timestamp,
    final_through timestamp,
    status varchar not null,
    exit_code integer,
    message varchar,
    config_hash varchar not null,
    inputs_hash varchar not null
);

comment on table runs.run is 'Every run of the chain. Grain: one row per run_number.';
comment on column runs.run.run_number is 'Order of the runs on this workspace, from 1.';
comment on column runs.run.run_id is 'Hash of as_of, configuration and data; empty where nothing was published.';
comment on column runs.run.started_at is 'Clock at the start (UTC).';
comment on column runs.run.as_of is 'The moment its results describe (UTC).';
comment on column runs.run.data_through is 'Hour up to which events are estimated complete (UTC).';
comment on column runs.run.final_through is 'Hour whose late window has closed (UTC).';
comment on column runs.run.status is 'done, or withheld.';
comment on column runs.run.exit_code is 'Exit code of the command.';
comment on column runs.run.message is 'The sentence printed on failure.';
comment on column runs.run.config_hash is 'Hash of the configuration.';
comment on column runs.run.inputs_hash is 'Hash of the files loaded so far.';

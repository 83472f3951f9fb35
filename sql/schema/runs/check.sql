-- table:   runs.check
-- purpose: The checks of every run.
-- grain:   one row per run_number and check_name
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists runs.check (
    run_number bigint not null,
    check_name varchar not null,
    failures bigint not null,
    example varchar
);

comment on table runs.check is 'The checks of every run. Grain: one row per run_number and check_name.';
comment on column runs.check.run_number is 'The run.';
comment on column runs.check.check_name is 'File name of the check under sql/checks.';
comment on column runs.check.failures is 'Rows that break the rule; 0 is a pass.';
comment on column runs.check.example is 'The first row that breaks it.';

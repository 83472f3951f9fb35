-- table:   runs.run
-- purpose: The newest runs and what they came to.
-- grain:   one row per run_number
-- reads:   runs.run, rankings.correction
-- params:  length
-- write:   none
select
    run.run_number,
    run.started_at,
    run.as_of,
    run.data_through,
    run.final_through,
    run.status,
    run.exit_code,
    (
        select count(*) from rankings.correction as correction
        where correction.run_number = run.run_number
    ) as corrections,
    run.message
from runs.run as run
order by run.run_number desc
limit $length

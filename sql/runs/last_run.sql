-- table:   runs.run
-- purpose: The last run that published.
-- grain:   at most one row
-- reads:   runs.run
-- params:  none
-- write:   none
select
    run_number,
    run_id,
    as_of,
    final_through,
    config_hash,
    inputs_hash
from runs.run
where status = 'done'
order by run_number desc
limit 1

-- table:   runs.run
-- purpose: The number of the next run.
-- grain:   one row
-- reads:   runs.run
-- params:  none
-- write:   none
select coalesce(max(run_number), 0) + 1 as run_number
from runs.run

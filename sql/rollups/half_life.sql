-- table:   rollups.decay_weight
-- purpose: The half-lives whose weights are tabulated; 0 is none.
-- grain:   one row per half_life_seconds
-- reads:   rollups.decay_weight
-- params:  none
-- write:   none
select distinct half_life_seconds
from rollups.decay_weight
order by half_life_seconds

-- table:   stage.agent
-- purpose: The user agents of the lines that have not been looked up yet.
-- grain:   one row per user_agent
-- reads:   stage.line, stage.agent
-- params:  none
-- write:   none
select distinct line.user_agent::varchar as user_agent
from stage.line as line
where
    line.user_agent is not null
    and line.user_agent::varchar not in (select known.user_agent from stage.agent as known)

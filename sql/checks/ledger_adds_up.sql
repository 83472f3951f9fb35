-- table:   runs.check
-- purpose: Every line of every file has one verdict: lines = loaded + rejected + duplicate + filtered.
-- grain:   one row per file that breaks the rule
-- reads:   loads.file
-- params:  none
-- write:   none
select
    name,
    lines,
    loaded,
    rejected,
    duplicate,
    filtered
from loads.file
where lines <> loaded + rejected + duplicate + filtered or duplicate < 0
order by name

-- table:   explore.rejects_by_reason
-- purpose: What was wrong with the lines that were set aside, with one example of each.
-- grain:   one row per file and reason
-- reads:   loads.reject
-- params:  none
-- write:   none
select
    name,
    reason,
    min(detail) as detail,
    count(*) as lines,
    min(line) as first_line,
    arg_min(fields, line) as first_fields
from loads.reject
group by name, reason
order by lines desc, name asc, reason asc

-- table:   stage.filtered
-- purpose: Lines of the staged file that are not ours to count, three of each reason, with how many there are.
-- grain:   one row per line of the file
-- reads:   stage.event
-- params:  none
-- write:   none
select
    line,
    ltrim(reason, chr(0)) as reason,
    count(*) over (partition by reason) as lines
from stage.event
where starts_with(reason, chr(0))
qualify row_number() over (partition by reason order by line) <= 3
order by reason, line

-- table:   loads.file
-- purpose: What the lines of an events file came to: loaded + rejected + duplicate + filtered = lines.
-- grain:   one row
-- reads:   stage.typed, stage.event, stage.arrival, stage.conflict
-- params:  none
-- write:   none
with counts as (
    select
        (select count(*) from stage.typed) as lines,
        (select count(*) from stage.arrival) as loaded,
        (
            select count(*) from stage.typed
            where reason <> 'blank_line'
        )
        + (select count(*) from stage.conflict) as rejected,
        (
            select count(*) from stage.typed
            where reason = 'blank_line'
        ) as filtered,
        (select min(occurred_at) from stage.event) as first_occurred_at,
        (select max(occurred_at) from stage.event) as last_occurred_at
)

select
    lines,
    loaded,
    rejected,
    filtered,
    lines - loaded - rejected - filtered as duplicate,
    first_occurred_at,
    last_occurred_at
from counts

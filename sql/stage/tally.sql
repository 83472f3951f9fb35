-- table:   loads.file
-- purpose: What the lines of an events file came to: loaded + rejected + duplicate + filtered = lines.
-- grain:   one row
-- reads:   stage.event, stage.rival
-- params:  none
-- write:   none
with counts as (
    select
        count(*) as lines,
        count(*) filter (where reason is not null) as refused,
        count(*) filter (where starts_with(reason, chr(0))) as filtered,
        min(occurred_at) filter (where reason is null) as first_occurred_at,
        max(occurred_at) filter (where reason is null) as last_occurred_at
    from stage.event
),

rivals as (
    select
        count(*) filter (where verdict = 'duplicate') as duplicate,
        count(*) filter (where verdict = 'id_conflict') as conflicts
    from stage.rival
)

select
    counts.lines,
    counts.lines - counts.refused - rivals.duplicate - rivals.conflicts as loaded,
    counts.refused - counts.filtered + rivals.conflicts as rejected,
    rivals.duplicate,
    counts.filtered,
    counts.first_occurred_at,
    counts.last_occurred_at
from counts
cross join rivals

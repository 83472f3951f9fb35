-- table:   stage.event
-- purpose: How far the file is from the order of time: the hours its stretches of lines span, against the hours of all.
-- grain:   one row
-- reads:   stage.event
-- params:  none
-- write:   none
with good as (
    select line, occurred_at
    from stage.event
    where reason is null
),

stretch as (
    select epoch(max(occurred_at)) - epoch(min(occurred_at)) as seconds
    from good
    group by line // 100000
)

select
    coalesce(
        sum(seconds) / (select nullif(epoch(max(good.occurred_at)) - epoch(min(good.occurred_at)), 0) from good), 1
    ) as times_over
from stretch

-- table:   explain.part
-- purpose: What one article's events of each hour and kind come to at the moment described, in units of 2^-80, as text.
-- grain:   one row per hour_start and kind
-- reads:   stage.weighed_event, stage.part_factor
-- params:  none
-- write:   none
select
    event.hour_start,
    event.kind,
    count(*) as events,
    sum(event.units)::bigint as units,
    ((sum(event.mass * event.units) * any_value(factor.multiplier)) >> any_value(factor.shift))::varchar as mass
from stage.weighed_event as event
inner join stage.part_factor as factor on event.hour_start = factor.hour_start
group by event.hour_start, event.kind
order by event.hour_start desc, event.kind asc

-- table:   explain.holder
-- purpose: How one article's weight is spread over readers, networks, referrers and boxes, by kind, in units of 2^-80.
-- grain:   one row per holder and name
-- reads:   stage.weighed_event, stage.part_factor
-- params:  none
-- write:   none
-- An event without a visitor is a reader of its own; a referrer or box that is null is none.
with weighed as (
    select
        event.*,
        coalesce(event.visitor_key::varchar, 'event ' || event.event_key) as reader,
        (event.mass * event.units * factor.multiplier) >> factor.shift as weight
    from stage.weighed_event as event
    inner join stage.part_factor as factor on event.hour_start = factor.hour_start
),

held as (
    select
        unnest(['reader', 'network', 'referrer', 'box']) as holder,
        unnest([reader, network_key::varchar, referrer_host, source_box]) as name,
        kind,
        weight
    from weighed
)

select
    holder,
    name,
    coalesce(sum(weight) filter (where kind in ('read', 'box_read')), 0)::double as read_sum,
    coalesce(sum(weight) filter (where kind = 'box_read'), 0)::double as box_sum,
    coalesce(sum(weight) filter (where kind = 'share'), 0)::double as share_sum,
    coalesce(sum(weight) filter (where kind = 'engaged'), 0)::double as engaged_sum
from held
group by holder, name
order by holder, name

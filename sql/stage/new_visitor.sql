-- table:   stage.visitor
-- purpose: The visitors of a day that have no key yet, with the day whose salt keys them.
-- grain:   one row per visitor_text and day
-- reads:   stage.typed, stage.load_rule, stage.visitor
-- params:  none
-- write:   none
with named as (
    select distinct
        address_of(typed, load_rule.is_daily) as visitor_text,
        typed.occurred_at::date as day
    from stage.typed as typed
    cross join stage.load_rule as load_rule
    where (typed.visitor_id is null or load_rule.is_daily) and isfinite(typed.occurred_at)
)

select
    named.visitor_text,
    named.day
from named
left join stage.visitor as known on named.visitor_text = known.visitor_text and named.day = known.day
where named.visitor_text is not null and known.visitor_text is null
order by named.day, named.visitor_text

-- table:   stage.network
-- purpose: The addresses of a day whose network has not been looked up yet.
-- grain:   one row per ip and day
-- reads:   stage.typed, stage.network
-- params:  none
-- write:   none
with named as (
    select distinct
        typed.ip,
        typed.occurred_at::date as day
    from stage.typed as typed
    where typed.ip is not null and isfinite(typed.occurred_at)
)

select
    named.ip,
    named.day
from named
left join stage.network as known on named.ip = known.ip and named.day = known.day
where known.ip is null
order by named.day, named.ip

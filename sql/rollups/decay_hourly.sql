-- table:   rollups.decay_hourly
-- purpose: Decayed weight of an hour's events against the end of that hour.
-- grain:   one row per article_id, hour_start and half_life_seconds
-- reads:   weighable_event, rollups.decay_weight, rollups.touched_hour
-- params:  none
-- write:   replace the rows of the touched hours
with weighed as (
    select
        event.*,
        decay.half_life_seconds,
        decayed_weight(decay.weight, decay.decay_rate, event.rest_microseconds) as mass
    from
        weighable_event(
            (select min(touched.hour_start) from rollups.touched_hour as touched),
            (select max(touched.hour_start) + interval 1 hour from rollups.touched_hour as touched)
        ) as event
    inner join rollups.decay_weight as decay on event.age_seconds = decay.age_seconds
    where
        decay.half_life_seconds > 0
        and event.hour_start in (select touched.hour_start from rollups.touched_hour as touched)
)

select
    article_id,
    hour_start,
    half_life_seconds,
    coalesce(sum(mass) filter (where is_read), 0) as read_mass,
    coalesce(sum(mass) filter (where is_share), 0) as share_mass,
    coalesce(sum(mass::hugeint * engaged_milliseconds) filter (where engaged_milliseconds > 0), 0) as engaged_mass,
    coalesce(sum(mass) filter (where is_box_read), 0) as box_read_mass
from weighed
group by article_id, hour_start, half_life_seconds
order by hour_start, half_life_seconds, article_id

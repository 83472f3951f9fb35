-- table:   stage.score
-- purpose: Every article's score at one moment by some of the events alone, which no rollup holds apart.
-- grain:   one row per article_id
-- reads:   weighable_event, stage.decay_weight, stage.hour_factor
-- params:  window_from, as_of, countries, devices, referrer_classes, share_networks, box_discount, read_weight, share_weight, engaged_minute_weight
-- write:   replace all
with wanted as (
    select * from weighable_event($window_from::timestamp, $as_of::timestamp)
    where
        occurred_at > $window_from
        and is_wanted(country, $countries)
        and is_wanted(device, $devices)
        and is_wanted(referrer_class, $referrer_classes)
        and (not is_share or is_wanted(share_network, $share_networks))
),

mass as (
    select
        event.*,
        decayed_weight(decay.weight, decay.decay_rate, event.rest_microseconds)::hugeint as mass
    from wanted as event
    inner join stage.decay_weight as decay on event.age_seconds = decay.age_seconds
),

hourly as (
    select
        article_id,
        hour_start,
        sum(mass * is_read::hugeint) as read_mass,
        sum(mass * is_share::hugeint) as share_mass,
        sum(mass * engaged_milliseconds) as engaged_mass,
        sum(mass * is_box_read::hugeint) as box_read_mass,
        count(*) filter (where is_read) as reads,
        count(*) filter (where is_reader) as readers,
        count(*) filter (where is_share) as shares
    from mass
    group by article_id, hour_start
)

select
    hourly.article_id,
    (
        $read_weight * (
            sum((hourly.read_mass * factor.multiplier) >> factor.shift)::double
            - $box_discount * sum((hourly.box_read_mass * factor.multiplier) >> factor.shift)::double
        )
        + $share_weight * sum((hourly.share_mass * factor.multiplier) >> factor.shift)::double
        + $engaged_minute_weight
        * sum((hourly.engaged_mass * factor.multiplier) >> factor.shift)::double / 60000
    ) / pow(2, 80) as score,
    sum(hourly.reads)::bigint as reads,
    sum(hourly.readers)::bigint as readers,
    sum(hourly.shares)::bigint as shares
from hourly
inner join stage.hour_factor as factor on hourly.hour_start = factor.hour_start
group by hourly.article_id

-- table:   stage.score
-- purpose: Every article's score at one moment: whole hours from the rollups, the broken hours at both ends from the events.
-- grain:   one row per article_id
-- reads:   rollups.decay_hourly, rollups.article_hourly, weighable_event, stage.decay_weight, stage.hour_factor
-- params:  half_life_seconds, window_from, whole_from, whole_until, as_of, box_discount, read_weight, share_weight, engaged_minute_weight
-- write:   replace all
with whole_hour as (
    select
        article_id,
        hour_start,
        read_mass,
        share_mass,
        engaged_mass,
        coalesce(box_read_mass, 0) as box_read_mass,
        0 as reads,
        0 as readers,
        0 as shares
    from rollups.decay_hourly
    where half_life_seconds = $half_life_seconds
    union all
    select
        article_id,
        hour_start,
        case when $half_life_seconds = 0 then reads::hugeint * 1099511627776 else 0 end,
        case when $half_life_seconds = 0 then shares::hugeint * 1099511627776 else 0 end,
        case when $half_life_seconds = 0 then (engaged_seconds * 1000)::hugeint * 1099511627776 else 0 end,
        case when $half_life_seconds = 0 then box_reads::hugeint * 1099511627776 else 0 end,
        reads,
        readers,
        shares
    from rollups.article_hourly
),

broken_hour as (
    select * from weighable_event($window_from::timestamp, $whole_from::timestamp)
    where occurred_at > $window_from and occurred_at < $whole_from and occurred_at <= $as_of
    union all
    select * from weighable_event($whole_until::timestamp, $as_of::timestamp)
),

weighed as (
    select
        event.*,
        decayed_weight(decay.weight, decay.decay_rate, event.rest_microseconds)::hugeint as mass
    from broken_hour as event
    inner join stage.decay_weight as decay on event.age_seconds = decay.age_seconds
),

mass as (
    select * from whole_hour
    where hour_start >= $whole_from and hour_start < $whole_until
    union all
    select
        article_id,
        hour_start,
        mass * is_read::hugeint,
        mass * is_share::hugeint,
        mass * engaged_milliseconds,
        mass * is_box_read::hugeint,
        is_read::bigint,
        is_reader::bigint,
        is_share::bigint
    from weighed
)

select
    mass.article_id,
    (
        $read_weight * (
            sum(mass.read_mass * factor.multiplier::hugeint // factor.divisor::hugeint)::double
            - $box_discount * sum(mass.box_read_mass * factor.multiplier::hugeint // factor.divisor::hugeint)::double
        )
        + $share_weight * sum(mass.share_mass * factor.multiplier::hugeint // factor.divisor::hugeint)::double
        + $engaged_minute_weight
        * sum(mass.engaged_mass * factor.multiplier::hugeint // factor.divisor::hugeint)::double
        / 60000
    ) / pow(2, 80) as score,
    sum(mass.reads)::bigint as reads,
    sum(mass.readers)::bigint as readers,
    sum(mass.shares)::bigint as shares
from mass
inner join stage.hour_factor as factor on mass.hour_start = factor.hour_start
group by mass.article_id

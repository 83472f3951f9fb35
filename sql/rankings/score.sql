-- table:   stage.score
-- purpose: Every article's decayed score at one moment: whole hours from the rollups, broken ones from the events.
-- grain:   one row per article_id
-- reads:   rollups.decay_hourly, rollups.article_hourly, edge_event, stage.decay_weight, stage.hour_factor
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
        0,
        0,
        0,
        0,
        reads,
        readers,
        shares
    from rollups.article_hourly
),

weighed as (
    select
        event.*,
        event.sign * decayed_weight(decay.weight, decay.decay_rate, event.rest_microseconds)::hugeint as mass
    from
        edge_event($window_from::timestamp, $whole_from::timestamp, $whole_until::timestamp, $as_of::timestamp) as event
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
        sign * is_read::bigint,
        sign * is_reader::bigint,
        sign * is_share::bigint
    from weighed
)

select
    mass.article_id,
    (
        $read_weight * (
            sum((mass.read_mass * factor.multiplier) >> factor.shift)::double
            - $box_discount * sum((mass.box_read_mass * factor.multiplier) >> factor.shift)::double
        )
        + $share_weight * sum((mass.share_mass * factor.multiplier) >> factor.shift)::double
        + $engaged_minute_weight
        * sum((mass.engaged_mass * factor.multiplier) >> factor.shift)::double
        / 60000
    ) / pow(2, 80) as score,
    sum(mass.reads)::bigint as reads,
    sum(mass.readers)::bigint as readers,
    sum(mass.shares)::bigint as shares
from mass
inner join stage.hour_factor as factor on mass.hour_start = factor.hour_start
group by mass.article_id

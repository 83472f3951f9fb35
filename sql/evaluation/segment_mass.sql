-- table:   stage.segment_mass
-- purpose: Decayed weight of each article's events between two edges, against the end of their hour.
-- grain:   one row per segment_until_at and article_id
-- reads:   weighable_event, stage.decay_weight, stage.segment
-- params:  from_at, until_at
-- write:   replace all
-- Edges are the last instant of each hour, and where a window begins or ends: a segment lies within one hour, and
-- counts as a whole or not at all.
with weighed as (
    select
        event.*,
        segment.segment_until_at,
        decayed_weight(decay.weight, decay.decay_rate, event.rest_microseconds)::hugeint as mass
    from weighable_event($from_at::timestamp, $until_at::timestamp) as event
    asof inner join stage.segment as segment on event.occurred_at <= segment.segment_until_at
    inner join stage.decay_weight as decay on event.age_seconds = decay.age_seconds
)

select
    segment_until_at,
    article_id,
    sum(mass * is_read::hugeint) as read_mass,
    sum(mass * is_share::hugeint) as share_mass,
    sum(mass * engaged_milliseconds) as engaged_mass,
    sum(mass * is_box_read::hugeint) as box_read_mass,
    count(*) filter (where is_read) as reads,
    count(*) filter (where is_reader) as readers,
    count(*) filter (where is_share) as shares
from weighed
group by segment_until_at, article_id

-- table:   stage.score
-- purpose: Every article's score in a hard window: whole hours from the rollup, broken ones from the events.
-- grain:   one row per article_id
-- reads:   rollups.article_hourly, edge_event
-- params:  window_from, whole_from, whole_until, as_of, box_discount, read_weight, share_weight, engaged_minute_weight
-- write:   replace all
with whole_hour as (
    select
        article_id,
        reads,
        box_reads,
        readers,
        shares,
        engaged_seconds,
        0 as engaged_milliseconds
    from rollups.article_hourly
    where hour_start >= $whole_from and hour_start < $whole_until
),

hour as (
    select * from whole_hour
    union all
    select
        article_id,
        sign * is_read::bigint,
        sign * is_box_read::bigint,
        sign * is_reader::bigint,
        sign * is_share::bigint,
        0,
        sign * engaged_milliseconds
    from edge_event($window_from::timestamp, $whole_from::timestamp, $whole_until::timestamp, $as_of::timestamp)
)

select
    article_id,
    $read_weight * (sum(reads)::double - $box_discount * sum(box_reads)::double)
    + $share_weight * sum(shares)::double
    + $engaged_minute_weight * (sum(engaged_seconds) * 1000 + sum(engaged_milliseconds))::double / 60000 as score,
    sum(reads)::bigint as reads,
    sum(readers)::bigint as readers,
    sum(shares)::bigint as shares
from hour
group by article_id

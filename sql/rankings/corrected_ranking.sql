-- table:   rankings.ranking
-- purpose: The newest rankings of a list whose window holds an hour that changed past the late window.
-- grain:   one row per as_of
-- reads:   rankings.ranking, rollups.corrected_hour, rollups.closed_hour
-- params:  list_name, config_hash, basis, window_seconds, ladder_seconds, final_through, length
-- write:   none
-- A scope below its floor of readers was filled from a longer window. Where raw events of the window are purged, the
-- ranking cannot be made again.
with recent as (
    select
        as_of,
        as_of - to_seconds(if(bool_and(basis = $basis), $window_seconds, $ladder_seconds)) as window_from
    from rankings.ranking
    where list_name = $list_name and config_hash = $config_hash
    group by as_of
    order by as_of desc
    limit $length
)

select recent.as_of
from recent
where
    exists (
        select 1 from rollups.corrected_hour as corrected
        where
            corrected.hour_start < $final_through::timestamp
            and corrected.hour_start < recent.as_of
            and corrected.hour_start + interval 1 hour > recent.window_from
    )
    and not exists (
        select 1 from rollups.closed_hour as closed
        where closed.hour_start + interval 1 hour > recent.window_from
    )
order by recent.as_of

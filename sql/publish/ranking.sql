-- table:   publish.ranking
-- purpose: The rankings that become list documents.
-- grain:   one row per list_name and scope
-- reads:   rankings.ranking
-- params:  as_of
-- write:   none
select
    ranking.list_name,
    ranking.scope,
    ranking.basis,
    ranking.items,
    ranking.half_life_seconds
from rankings.ranking as ranking
where ranking.as_of = $as_of
order by ranking.list_name, ranking.scope

-- table:   latest_moment
-- purpose: The moment the newest ranking knows the data to reach.
-- grain:   a scalar
-- reads:   rankings.ranking
-- params:  none
-- write:   create or replace
create or replace macro latest_moment() as (
    select coalesce(max(ranking.data_through), max(ranking.as_of))
    from rankings.ranking as ranking
);
comment on macro latest_moment is
'The hour up to which events are estimated complete, as the newest ranking knows it.';

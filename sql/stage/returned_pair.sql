-- table:   stage.returned_pair
-- purpose: Visitors and articles that met more than once: only there can be a repeat or too much.
-- grain:   one row per kind, visitor_key and subject_id
-- reads:   stage.candidate
-- params:  none
-- write:   replace all
select
    kind,
    visitor_key,
    subject_id
from stage.candidate
where visitor_key is not null and kind in ('pageview', 'share')
group by kind, visitor_key, subject_id
having count(*) > 1

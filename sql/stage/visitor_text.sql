-- table:   stage.visitor
-- purpose: The visitors of a file before they are keyed, with the UTC day whose salt keys them.
-- grain:   one row per visitor_text and salted_on
-- reads:   stage.typed
-- params:  none
-- write:   none
select distinct
    visitor_text,
    case when starts_with(visitor_text, 'id:') then '' else occurred_at::date::varchar end as salted_on
from stage.typed
where visitor_text is not null and reason is null
order by salted_on, visitor_text

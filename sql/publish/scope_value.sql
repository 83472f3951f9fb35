-- table:   publish.scope_value
-- purpose: The values that scopes can take.
-- grain:   one row per edition, section_slug, region_slug and content_type
-- reads:   articles.article
-- params:  none
-- write:   none
select distinct
    edition,
    section_slug,
    region_slug,
    content_type
from articles.article
order by all

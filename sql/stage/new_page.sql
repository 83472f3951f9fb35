-- table:   stage.page_text
-- purpose: What the lines name an article by, as far as it has not been looked up yet.
-- grain:   one row per named_text and raw_text
-- reads:   stage.typed, stage.page
-- params:  none
-- write:   none
select
    coalesce(typed.named_article_id, '') as named_text,
    coalesce(typed.raw_url, '') as raw_text
from stage.typed as typed
where typed.kind is not null
group by all
having
    (named_text <> '' or raw_text <> '')
    and (named_text, raw_text) not in (select (page.named_text, page.raw_text) from stage.page as page)

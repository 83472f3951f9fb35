-- table:   stage.page
-- purpose: The page each of these texts leads to: a known one, or a new one.
-- grain:   one row per named_text and raw_text
-- reads:   stage.page_text, stage.page, events.page
-- params:  none
-- write:   append
with known as (
    select page_id, named_article_id, url
    from events.page
    union
    select page_id, named_article_id, url
    from stage.page
    where is_new
),

found as (
    select
        page_text.named_text,
        page_text.raw_text,
        nullif(page_text.named_text, '') as named_article_id,
        page_text.url,
        page_text.page_reason,
        page_text.raw_text <> '' and page_text.url is null as bad_url,
        known.page_id
    from stage.page_text as page_text
    left join known
        on
            page_text.named_text = coalesce(known.named_article_id, '')
            and coalesce(page_text.url, '') = coalesce(known.url, '')
    where page_text.named_text <> '' or page_text.url is not null or page_text.raw_text <> ''
)

select
    * exclude (page_id),
    case
        when page_id is null and (named_article_id is not null or url is not null)
            then
                (select coalesce(max(known.page_id), 0) from known)
                + dense_rank() over (partition by page_id is null order by named_article_id, url)
        else page_id
    end::integer as page_id,
    page_id is null and (named_article_id is not null or url is not null) as is_new
from found

-- table:   stage.subject
-- purpose: The article each page leads to by now, and one number for all pages of an article; a page without one stands for itself.
-- grain:   one row per page_id
-- reads:   events.page, stage.page, articles.article, articles.address
-- params:  none
-- write:   replace all
with page as (
    select page_id, named_article_id, url from events.page
    union
    select page_id, named_article_id, url from stage.page
    where page_id is not null
),

attributed as (
    select
        page.page_id,
        coalesce(article.article_id, address.article_id) as article_id
    from page
    left join articles.article as article on page.named_article_id = article.article_id
    left join articles.address as address on page.url = address.url
)

select
    page_id,
    article_id,
    case when article_id is null then page_id else min(page_id) over (partition by article_id) end as subject_id
from attributed

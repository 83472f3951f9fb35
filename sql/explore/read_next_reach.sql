-- table:   explore.read_next_reach
-- purpose: How well Read Next serves each edition: seeds with a full list, articles it ever offers, how old they are.
-- grain:   one row per edition
-- reads:   read_next.item, live_article, latest_moment
-- params:  none
-- write:   none
with slate as (
    select
        seed_article_id,
        count(*) as items,
        list(article_id) as article_ids,
        avg(age_days) as age_days
    from read_next.item
    where tab = '' and not is_reserve
    group by seed_article_id
)

select
    article.edition,
    count(*) as seeds,
    count(*) filter (where slate.items >= 4) as full_slates,
    count(*) filter (where slate.items is null) as empty_slates,
    len(list_distinct(flatten(list(slate.article_ids)))) as offered_articles,
    round(avg(slate.age_days), 1) as mean_age_days
from live_article(latest_moment()) as article
left join slate on article.article_id = slate.seed_article_id
group by article.edition
order by article.edition

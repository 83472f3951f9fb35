-- table:   articles.alias_effect
-- purpose: The articles of which URLs were taken, or to which they came, by a file; what that did is counted later.
-- grain:   one row per article_id
-- reads:   articles.address, articles.alias, articles.version, stage.standing_address, stage.standing_id
-- params:  loaded_at
-- write:   append
with moved as (
    select
        standing.url,
        standing.article_id as from_id,
        address.article_id as to_id
    from stage.standing_address as standing
    inner join articles.address as address on standing.url = address.url
    where
        standing.article_id is distinct from address.article_id
        -- That events waited for a new article at its own URL is no news: they do for any.
        and (
            standing.article_id is not null
            or address.article_id in (select known.article_id from stage.standing_id as known)
            or standing.url not in (
                select alias.url from articles.alias as alias
                where alias.is_current
            )
        )
),

side as (
    select
        to_id as article_id,
        url,
        true as is_added
    from moved
    union all
    select
        from_id,
        url,
        false
    from moved
    where from_id is not null
)

select
    (select max(version.arrival_number) from articles.version as version) as arrival_number,
    article_id,
    $loaded_at::timestamp as loaded_at,
    coalesce(list(url order by url) filter (where is_added), []) as urls_added,
    coalesce(list(url order by url) filter (where not is_added), []) as urls_lost,
    null::bigint as pageviews_before,
    null::bigint as pageviews_after,
    null::bigint as reads_before,
    null::bigint as reads_after
from side
group by article_id

-- table:   coverage.member
-- purpose: For each article that was asked for the others of its story: the whole timeline, and the short pick of it.
-- grain:   one row per seed_article_id and article_id
-- reads:   coverage.member
-- params:  article_ids, pick_length
-- write:   none
with pairs as (
    select
        seed.article_id as seed_article_id,
        seed.story_id,
        other.article_id,
        row_number() over (partition by seed.article_id order by other.position) as position,
        other.is_lead,
        row_number() over (partition by seed.article_id order by other.reads desc, other.position desc) as pick_rank
    from coverage.member as seed
    inner join coverage.member as other on seed.story_id = other.story_id and seed.article_id <> other.article_id
    where seed.article_id in (select unnest($article_ids::varchar[]))
)

select
    seed_article_id,
    story_id,
    article_id,
    position,
    is_lead,
    case when pick_rank <= $pick_length then pick_rank end as pick_rank
from pairs
order by seed_article_id, position

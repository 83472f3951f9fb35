-- table:   coverage.member
-- purpose: The timeline of each story: its live articles, where there are at least two.
-- grain:   one row per story_id and article_id
-- reads:   coverage.assignment, live_article, rollups.article_hourly
-- params:  as_of
-- write:   replace all
with recent as (
    select
        article_id,
        sum(reads) as reads
    from rollups.article_hourly
    where hour_start >= $as_of::timestamp - interval 24 hours and hour_start < $as_of::timestamp
    group by article_id
),

standing as (
    select
        assignment.story_id,
        article.article_id,
        article.published_at,
        assignment.similarity,
        coalesce(recent.reads, 0) as reads
    from coverage.assignment as assignment
    inner join live_article($as_of::timestamp) as article on assignment.article_id = article.article_id
    left join recent on article.article_id = recent.article_id
    qualify count(*) over (partition by assignment.story_id) > 1
)

select
    story_id,
    article_id,
    row_number() over (partition by story_id order by published_at, article_id) as position,
    row_number() over (partition by story_id order by reads desc, published_at desc, article_id asc) = 1 as is_lead,
    similarity,
    reads
from standing
order by story_id, position

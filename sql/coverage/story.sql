-- table:   coverage.story
-- purpose: The stories of at least two live articles.
-- grain:   one row per story_id
-- reads:   coverage.member, articles.article, articles.version
-- params:  as_of
-- write:   replace all
with member as (
    select
        member.story_id,
        member.is_lead,
        article.*,
        max(article.published_at) filter (where member.is_lead) over (partition by member.story_id) as lead_published_at
    from coverage.member as member
    inner join articles.article as article on member.article_id = article.article_id
),

content as (
    select
        member.story_id,
        count(*) as contents
    from member
    inner join articles.version as later on member.article_id = later.article_id
    where
        later.updated_at > greatest(member.published_at, member.lead_published_at)
        and later.updated_at <= $as_of::timestamp
    group by member.story_id
)

select
    member.story_id,
    min(member.edition) as edition,
    min(member.article_id) filter (where member.is_lead) as lead_article_id,
    min(member.title) filter (where member.is_lead) as title,
    min(member.published_at) as first_published_at,
    max(member.published_at) as last_published_at,
    count(*) as articles,
    count(*) filter (where member.published_at > member.lead_published_at)
    + coalesce(min(content.contents), 0) as updates
from member
left join content on member.story_id = content.story_id
group by member.story_id
order by member.story_id

-- table:   articles.shared_reader
-- purpose: Readers of the articles of each of two tags, and of both.
-- grain:   one row per tag_key and other_key
-- reads:   articles.article_tag, events.counted, stage.tag_pair
-- params:  none
-- write:   none
with wanted as (
    select tag_key from stage.tag_pair
    union
    select other_key from stage.tag_pair
),

reading as (
    select distinct
        tagged.tag_key,
        counted.visitor_key
    from articles.article_tag as tagged
    inner join wanted on tagged.tag_key = wanted.tag_key
    inner join events.counted as counted on tagged.article_id = counted.article_id
    where counted.is_read and counted.visitor_key is not null
),

reader as (
    select
        tag_key,
        count(*) as readers
    from reading
    group by tag_key
),

shared as (
    select
        pair.tag_key,
        pair.other_key,
        count(*) as readers
    from stage.tag_pair as pair
    inner join reading as one on pair.tag_key = one.tag_key
    inner join reading as other on pair.other_key = other.tag_key and one.visitor_key = other.visitor_key
    group by pair.tag_key, pair.other_key
)

select
    pair.tag_key,
    pair.other_key,
    coalesce(one.readers, 0)::bigint as readers,
    coalesce(other.readers, 0)::bigint as other_readers,
    coalesce(shared.readers, 0)::bigint as shared_readers
from stage.tag_pair as pair
left join reader as one on pair.tag_key = one.tag_key
left join reader as other on pair.other_key = other.tag_key
left join shared on pair.tag_key = shared.tag_key and pair.other_key = shared.other_key
order by pair.tag_key, pair.other_key

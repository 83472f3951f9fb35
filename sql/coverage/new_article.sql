-- table:   coverage.new_article
-- purpose: The live articles that have no story yet, or another text than when they were given one.
-- grain:   one row per article_id
-- reads:   live_article, coverage.assignment
-- params:  as_of, rules_hash
-- write:   none
with standing as (
    select
        article_id,
        md5(to_json([
            edition, title, summary, body, section_slug, array_to_string(tags, chr(31)), published_at::varchar
        ])) as text_hash
    from live_article($as_of::timestamp)
)

select
    standing.article_id,
    standing.text_hash
from standing
left join coverage.assignment as assignment
    on standing.article_id = assignment.article_id and assignment.rules_hash = $rules_hash
where assignment.text_hash is distinct from standing.text_hash
order by standing.article_id

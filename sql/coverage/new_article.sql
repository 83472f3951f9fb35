-- table:   articles.article
-- purpose: The live articles that have no story yet, or another text than when they were given one.
-- grain:   one row per article_id
-- reads:   live_article, coverage.assignment
-- params:  as_of, rules_hash
-- write:   none
select
    article.article_id,
    md5(to_json([
        article.edition, article.title, article.summary, article.body, article.section_slug,
        array_to_string(article.tags, chr(31)), article.published_at::varchar
    ])) as text_hash
from live_article($as_of::timestamp) as article
left join coverage.assignment as assignment
    on article.article_id = assignment.article_id and assignment.rules_hash = $rules_hash
where assignment.article_id is null or assignment.text_hash <> text_hash
order by article.article_id

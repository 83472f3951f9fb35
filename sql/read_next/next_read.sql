-- table:   stage.next_read
-- purpose: What readers of each article went on to read, each read weighed by its age, in four half-lives.
-- grain:   one row per seed_article_id and article_id
-- reads:   rollups.next_read, stage.span_weight
-- params:  second_weight, third_weight
-- write:   none
-- Weights are whole numbers: a sum of them is the same whatever the order of the rows.
with weighed as (
    select
        counted.seed_article_id,
        counted.article_id,
        counted.next_reads,
        100 * counted.next_reads
        + $second_weight::bigint * counted.second_reads
        + $third_weight::bigint * counted.third_reads as reads,
        weight.*
    from rollups.next_read as counted
    inner join stage.span_weight as weight on counted.span_start = weight.span_start
)

select
    seed_article_id,
    article_id,
    sum(next_reads)::bigint as next_reads,
    sum(reads * weight_0)::double as mass_0,
    sum(reads * weight_1)::double as mass_1,
    sum(reads * weight_2)::double as mass_2,
    sum(reads * weight_3)::double as mass_3
from weighed
group by seed_article_id, article_id
order by seed_article_id, article_id

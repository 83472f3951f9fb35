-- table:   rollups.next_read
-- purpose: What readers of one article went on to read, until a moment.
-- grain:   one row per seed_article_id, article_id and span_start
-- reads:   rollups.next_read
-- params:  until_at
-- write:   none
select
    seed_article_id,
    article_id,
    span_start,
    next_reads,
    second_reads,
    third_reads
from rollups.next_read
where span_start < $until_at::timestamp
order by seed_article_id, article_id, span_start

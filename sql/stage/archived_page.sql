-- table:   stage.page_text
-- purpose: What the rows of an archived file name an article by: ids, and addresses that are canonical already.
-- grain:   one row per named_text and raw_text
-- reads:   nothing
-- params:  none
-- write:   replace all; the variable input_path names the file
select distinct
    coalesce(named_article_id, '') as named_text,
    coalesce(url, '') as raw_text,
    url,
    null::varchar as page_reason
from read_parquet(getvariable('input_path'), hive_partitioning = false)

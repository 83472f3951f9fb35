-- table:   removed
-- purpose: What became of one article's pageviews: read, or the first reason that removed them.
-- grain:   one row per verdict
-- reads:   rollups.article_hourly, rollups.removed_hourly
-- params:  none
-- write:   create or replace
create or replace macro removed(article_id) as table
    with verdict as (
        select
            'read' as verdict,
            sum(hourly.reads) as pageviews
        from rollups.article_hourly as hourly
        where hourly.article_id = article_id
        union all
        select
            taken.reason as verdict,
            sum(taken.pageviews) as pageviews
        from rollups.removed_hourly as taken
        where taken.article_id = article_id
        group by taken.reason
    )

    select
        verdict.verdict,
        verdict.pageviews::bigint as pageviews,
        verdict.pageviews / sum(verdict.pageviews) over () as pageviews_share
    from verdict
    where verdict.pageviews > 0
    order by verdict.verdict = 'read' desc, verdict.pageviews desc, verdict.verdict asc;
comment on macro table removed is
'What became of one article''s pageviews: read, or the first reason that removed them; the rows add up to all its pageviews. Grain: one row per verdict.';

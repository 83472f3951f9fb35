-- table:   most_read
-- purpose: Most Read with any half-life, window and scope, straight from the events.
-- grain:   one row per rank
-- reads:   events.counted, live_article, latest_moment
-- params:  none
-- write:   create or replace
-- Plain pow() is near enough to explore with; a published score is the same sum in whole numbers (docs/lists.md).
create or replace macro most_read(
    edition := null,
    section := null,
    region := null,
    half_life_hours := 6,
    window_hours := 48,
    as_of := null,
    length := 10
) as table
    with moment as (
        select coalesce(as_of::timestamp, latest_moment()) as moment_at
    ),

    scored as (
        select
            event.article_id,
            sum(coalesce(pow(0.5, epoch(moment_at - event.occurred_at) / 3600 / half_life_hours), 1)) as score,
            count(*) as reads,
            count(*) filter (where event.is_reader) as readers
        from events.counted as event
        cross join moment
        where
            event.is_read
            and event.occurred_at > moment_at - to_hours(window_hours)
            and event.occurred_at <= moment_at
        group by event.article_id
    )

    select
        row_number()
            over (order by scored.score desc, scored.reads desc, article.published_at desc, scored.article_id asc)
            as rank,
        scored.article_id,
        article.title,
        article.edition,
        article.section,
        article.region,
        article.published_at,
        scored.score,
        scored.reads,
        scored.readers
    from scored
    inner join
        live_article(coalesce(as_of::timestamp, latest_moment())) as article
        on scored.article_id = article.article_id
    where
        (edition is null or article.edition = edition)
        and (section is null or section in (article.section_slug, article.section))
        and (region is null or region in (article.region_slug, article.region))
    order by rank
    limit length;
comment on macro table most_read is
'Most Read with any half-life (null: none), window and scope, at any moment; as_of is the newest data_through where none is given. Grain: one row per rank.';

-- table:   stage.conflict
-- purpose: Bodies that lose their event id to another one: of the file, or of the history against a line of the file.
-- grain:   one row per line of the file
-- reads:   stage.event, stage.known_event, stage.rival, stage.page, events.page
-- params:  none
-- write:   none
with loser as (
    select event.* exclude (reason)
    from stage.event as event
    inner join stage.rival as rival on event.line = rival.line
    where rival.verdict = 'id_conflict' and not rival.is_displacing
    union all by name
    select
        rival.line,
        known.* exclude (
            article_id, robot_rule, is_repeat, is_over_cap, credited_seconds, removed_by, is_read, is_reader
        )
    from stage.known_event as known
    inner join stage.rival as rival on known.event_key = rival.event_key
    where rival.verdict = 'id_conflict' and rival.is_displacing
),

page as (
    select page_id, named_article_id, url from events.page
    union
    select page_id, named_article_id, url from stage.page
)

select
    loser.line,
    'id_conflict' as reason,
    json_merge_patch('{}', json_merge_patch(
        to_json(loser),
        json_object('line', null, 'page_id', null, 'article_id', page.named_article_id, 'url', page.url)
    ))::varchar as fields
from loser
inner join page on loser.page_id = page.page_id
order by loser.line

-- table:   withdrawn_article
-- purpose: The articles that an editor withdrew, whatever their source says, and nobody restored since.
-- grain:   one row per article_id
-- reads:   rankings.edit
-- params:  none
-- write:   create or replace
create or replace macro withdrawn_article(moment_at) as table
    select edit.article_id
    from rankings.edit as edit
    where edit.action in ('withdraw', 'restore')
    group by edit.article_id
    having
        arg_max(edit.action = 'withdraw' and coalesce(edit.until_at > moment_at, true), edit.edit_number);
comment on macro table withdrawn_article is
'The articles that an editor withdrew, whatever their source says, such as withdrawn_article(timestamp ''2026-03-14 12:00''). Grain: one row per article_id.';

-- table:   live_article
-- purpose: The articles a reader could find at a moment: published, live or past their embargo, not withdrawn, no flash.
-- grain:   one row per article_id
-- reads:   articles.article, withdrawn_article
-- params:  none
-- write:   create or replace
create or replace macro live_article(moment_at) as table
    select article.*
    from articles.article as article
    where
        article.content_type <> 'flash'
        and article.published_at <= moment_at
        and (
            article.status = 'live'
            or (article.status = 'embargoed' and coalesce(article.embargo_until <= moment_at, false))
        )
        and article.article_id not in (select withdrawn.article_id from withdrawn_article(moment_at) as withdrawn);
comment on macro table live_article is
'The articles a reader could find at a moment, such as live_article(timestamp ''2026-03-14 12:00''). Grain: one row per article_id.';

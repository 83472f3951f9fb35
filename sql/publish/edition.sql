-- table:   publish.edition
-- purpose: The editions that get a page.
-- grain:   one row per edition
-- reads:   articles.article
-- params:  none
-- write:   none
select distinct
    article.edition,
    article.language
from articles.article as article
order by article.edition, article.language

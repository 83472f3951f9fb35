-- table:   events.page
-- purpose: What events name articles by.
-- grain:   one row per page_id
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists events.page (
    page_id integer not null,
    named_article_id varchar,
    url varchar
);

comment on table events.page is 'What events name articles by: an id, a URL, or both. Grain: one row per page_id.';
comment on column events.page.page_id is 'Number in the order of arrival; it means nothing outside this warehouse.';
comment on column events.page.named_article_id is 'The article id that events name.';
comment on column events.page.url is 'The canonical URL that events name.';

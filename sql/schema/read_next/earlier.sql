-- table:   read_next.earlier
-- purpose: What was shown to read next at the moment before the one that read_next.item describes.
-- grain:   one row per seed_article_id, tab and article_id
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists read_next.earlier (
    seed_article_id varchar not null,
    tab varchar not null,
    article_id varchar not null,
    as_of timestamp not null
);

comment on table read_next.earlier is 'What was shown to read next at the moment before the one that read_next.item describes. Grain: one row per seed_article_id, tab and article_id.';
comment on column read_next.earlier.seed_article_id is 'The article the reader is on.';
comment on column read_next.earlier.tab is 'The section the list is for; empty for the list of all sections.';
comment on column read_next.earlier.article_id is 'The article that was shown.';
comment on column read_next.earlier.as_of is 'The moment that list described (UTC).';

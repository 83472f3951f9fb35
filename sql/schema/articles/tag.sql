-- table:   articles.tag
-- purpose: Canonical tags.
-- grain:   one row per tag_key
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists articles.tag (
    tag_key varchar not null,
    label varchar not null,
    articles bigint not null
);

comment on table articles.tag is 'Canonical tags. Grain: one row per tag_key.';
comment on column articles.tag.tag_key is 'Identity of the tag: case, marks, tatweel, bidi controls and digits made equal.';
comment on column articles.tag.label is 'The spelling that editors chose with tag_aliases.csv, else the one most articles use.';
comment on column articles.tag.articles is 'Articles that carry the tag.';

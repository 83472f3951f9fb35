-- table:   articles.tag_alias
-- purpose: Spellings that editors accepted as another tag, as the newest load or run found them in the reviewed file.
-- grain:   one row per tag_key
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists articles.tag_alias (
    tag_key varchar not null,
    canonical_key varchar not null,
    label varchar not null,
    canonical_label varchar not null,
    decided_by varchar not null,
    decided varchar not null,
    reason varchar not null
);

comment on table articles.tag_alias is
'Spellings that editors accepted as another tag, from the reviewed file tag_aliases.csv. Grain: one row per tag_key.';
comment on column articles.tag_alias.tag_key is 'Identity of the spelling that gives way.';
comment on column articles.tag_alias.canonical_key is 'The tag it stands under: its row of articles.tag, where an article carries it.';
comment on column articles.tag_alias.label is 'The spelling as the file has it.';
comment on column articles.tag_alias.canonical_label is 'The tag it stands under as the file has it: so the tag is shown.';
comment on column articles.tag_alias.decided_by is 'Who accepted it; empty where the file does not say.';
comment on column articles.tag_alias.decided is 'When, as the file has it.';
comment on column articles.tag_alias.reason is 'Why, as the file has it.';

-- table:   rankings.ranking
-- purpose: Every ranking made by a run.
-- grain:   one row per list_name, scope and as_of
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rankings.ranking (
    list_name varchar not null,
    scope varchar not null,
    as_of timestamp not null,
    data_through timestamp,
    basis varchar not null,
    config_hash varchar not null,
    items integer not null,
    half_life_seconds bigint
);

comment on table rankings.ranking is 'Every ranking made by a run. Grain: one row per list_name, scope and as_of.';
comment on column rankings.ranking.list_name is 'Name of the list, such as most-read.';
comment on column rankings.ranking.scope is 'site, or pairs such as edition=en/section=politics.';
comment on column rankings.ranking.as_of is 'The moment the ranking describes (UTC).';
comment on column rankings.ranking.data_through is 'Hour up to which events are estimated complete (UTC).';
comment on column rankings.ranking.basis is 'How the list was filled: decayed, a hard window such as 24h, or latest.';
comment on column rankings.ranking.config_hash is 'Hash of the list''s settings, and of the edits about it.';
comment on column rankings.ranking.items is 'Items in the list.';
comment on column rankings.ranking.half_life_seconds is 'Half-life it was made with; empty for a hard window, and before layout 4.';

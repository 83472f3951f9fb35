-- table:   rankings.correction
-- purpose: Slots of published rankings that would have been different with what is known by now.
-- grain:   one row per run_number, list_name, scope, as_of and rank
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rankings.correction (
    run_number bigint not null,
    list_name varchar not null,
    scope varchar not null,
    as_of timestamp not null,
    rank integer not null,
    published_article_id varchar,
    corrected_article_id varchar,
    published_score double,
    corrected_score double
);

comment on table rankings.correction is 'Slots of published rankings that would have been different with what is known by now. Grain: one row per run_number, list_name, scope, as_of and rank.';
comment on column rankings.correction.run_number is 'The run that found it.';
comment on column rankings.correction.list_name is 'Name of the list.';
comment on column rankings.correction.scope is 'Scope of the list.';
comment on column rankings.correction.as_of is 'The moment the published ranking describes (UTC).';
comment on column rankings.correction.rank is 'Place in the list, from 1.';
comment on column rankings.correction.published_article_id is 'The article that was published there; empty where the list was shorter.';
comment on column rankings.correction.corrected_article_id is 'The article that belongs there; empty where the list is shorter by now.';
comment on column rankings.correction.published_score is 'Score as published.';
comment on column rankings.correction.corrected_score is 'Score of the article that belongs there.';

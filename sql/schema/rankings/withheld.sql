-- table:   rankings.withheld
-- purpose: Lists that a run did not make, and why.
-- grain:   one row per list_name and as_of
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rankings.withheld (
    list_name varchar not null,
    as_of timestamp not null,
    reason varchar not null
);

comment on table rankings.withheld is 'Lists that a run did not make, and why. Grain: one row per list_name and as_of.';
comment on column rankings.withheld.list_name is 'Name of the list.';
comment on column rankings.withheld.as_of is 'The moment the run describes (UTC).';
comment on column rankings.withheld.reason is 'What is missing.';

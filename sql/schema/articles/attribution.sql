-- table:   articles.attribution
-- purpose: How far loaded articles have been given to the events that waited for them.
-- grain:   one row
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists articles.attribution (
    arrival_number bigint not null
);

comment on table articles.attribution is 'How far loaded articles have been given to the events that waited for them. Grain: one row.';
comment on column articles.attribution.arrival_number is 'Newest version of an article that all events know of; a load that was cut short is taken up from there.';

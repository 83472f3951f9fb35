-- table:   runs.layout
-- purpose: Version of the tables' layout.
-- grain:   one row
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists runs.layout (
    layout_version integer not null
);

comment on table runs.layout is 'Version of the tables'' layout. Grain: one row.';
comment on column runs.layout.layout_version is 'A program opens the layout it knows, migrates an older one where that is possible, and refuses a newer one.';

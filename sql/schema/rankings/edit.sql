-- table:   rankings.edit
-- purpose: What editors said of articles: pins, bans, withdrawals, and what takes them back; rows are only ever added.
-- grain:   one row per edit_number
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rankings.edit (
    edit_number bigint not null,
    action varchar not null,
    article_id varchar not null,
    list_name varchar,
    scope varchar,
    slot integer,
    until_at timestamp,
    made_at timestamp not null,
    made_by varchar not null,
    reason varchar not null
);

comment on table rankings.edit is 'What editors said of articles: pins, bans, withdrawals, and what takes them back; rows are only ever added. Grain: one row per edit_number.';
comment on column rankings.edit.edit_number is 'Counts up; where two disagree, the higher one holds.';
comment on column rankings.edit.action is 'pin, unpin, ban, unban, withdraw or restore.';
comment on column rankings.edit.article_id is 'The article it is about.';
comment on column rankings.edit.list_name is 'The list it is about, or read-next; empty for every list.';
comment on column rankings.edit.scope is 'The scope it is about, or after= and the article before it in Read Next; empty for every one.';
comment on column rankings.edit.slot is 'The slot of a pin, from 1.';
comment on column rankings.edit.until_at is 'It holds for moments before this one (UTC); empty for as long as nothing takes it back.';
comment on column rankings.edit.made_at is 'When it was typed, by the clock (UTC).';
comment on column rankings.edit.made_by is 'Who typed it.';
comment on column rankings.edit.reason is 'Why.';

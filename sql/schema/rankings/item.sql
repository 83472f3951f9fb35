-- table:   rankings.item
-- purpose: The ranked items of every ranking.
-- grain:   one row per list_name, scope, as_of and rank
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists rankings.item (
    list_name varchar not null,
    scope varchar not null,
    as_of timestamp not null,
    rank integer not null,
    article_id varchar not null,
    score double not null,
    reads bigint not null,
    readers bigint not null,
    shares bigint not null,
    basis varchar not null,
    previous_rank integer,
    movement varchar not null,
    rules varchar[],
    peak_rank integer,
    hours_on_list bigint,
    is_withheld boolean
);

comment on table rankings.item is 'The ranked items of every ranking. Grain: one row per list_name, scope, as_of and rank.';
comment on column rankings.item.list_name is 'Name of the list.';
comment on column rankings.item.scope is 'Scope of the list.';
comment on column rankings.item.as_of is 'The moment the ranking describes (UTC).';
comment on column rankings.item.rank is 'Place in the list, from 1.';
comment on column rankings.item.article_id is 'The article.';
comment on column rankings.item.score is 'Score in reads: a read made at as_of is 1.';
comment on column rankings.item.reads is 'Reads in the window.';
comment on column rankings.item.readers is 'Readers in the window.';
comment on column rankings.item.shares is 'Shares in the window.';
comment on column rankings.item.basis is 'How this item earned its slot.';
comment on column rankings.item.previous_rank is 'Rank in the ranking before; empty where it was not in it.';
comment on column rankings.item.movement is 'new, re-entry, up, down or same.';
comment on column rankings.item.rules is 'Rules that put the item in its slot, such as pin; empty in rankings of before layout 4.';
comment on column rankings.item.peak_rank is 'Best rank so far, in the rankings of the last 30 days; empty before layout 4.';
comment on column rankings.item.hours_on_list is 'Whole hours it stood in the list before, in the last 30 days; empty before layout 4.';
comment on column rankings.item.is_withheld is 'Documents leave the counts out: the scope has fewer readers than its floor; empty before layout 4.';

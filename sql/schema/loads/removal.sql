-- table:   loads.removal
-- purpose: What was taken out of the warehouse, by age or on a reader's request, so that the ledger still adds up.
-- grain:   one row per removal_number
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists loads.removal (
    removal_number bigint not null,
    cause varchar not null,
    removed_at timestamp not null,
    events bigint not null,
    rejects bigint not null,
    events_until timestamp
);

comment on table loads.removal is 'What was taken out of the warehouse, by age or on a reader''s request, so that the ledger still adds up. Grain: one row per removal_number.';
comment on column loads.removal.removal_number is 'Order of the removals, from 1.';
comment on column loads.removal.cause is 'purge (by age) or forget (a reader''s request); the reader is not named.';
comment on column loads.removal.removed_at is 'Clock at the removal (UTC).';
comment on column loads.removal.events is 'Events removed.';
comment on column loads.removal.rejects is 'Rejects removed by a purge, or emptied of their fields by a request.';
comment on column loads.removal.events_until is 'A purge removed the raw events that occurred before this moment (UTC).';

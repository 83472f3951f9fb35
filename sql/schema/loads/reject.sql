-- table:   loads.reject
-- purpose: Lines set aside, each with its reason.
-- grain:   one row per content_hash and line
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists loads.reject (
    content_hash varchar not null,
    name varchar not null,
    line bigint not null,
    byte_offset bigint,
    reason varchar not null,
    detail varchar not null,
    fields json
);

comment on table loads.reject is 'Lines set aside, each with its reason. Grain: one row per content_hash and line.';
comment on column loads.reject.content_hash is 'The file, by content.';
comment on column loads.reject.name is 'The file''s name.';
comment on column loads.reject.line is 'Line or row number, from 1.';
comment on column loads.reject.byte_offset is 'Where the line starts in the decompressed file, where that is known.';
comment on column loads.reject.reason is 'Short name of the reason, such as naive_time.';
comment on column loads.reject.detail is 'One sentence for a person.';
comment on column loads.reject.fields is 'The line''s fields with address and user agent already taken out; empty where the line cannot be parsed.';

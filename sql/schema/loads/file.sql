-- table:   loads.file
-- purpose: The ledger: every input file, by its content.
-- grain:   one row per content_hash
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists loads.file (
    content_hash varchar not null,
    name varchar not null,
    entity varchar not null,
    format varchar not null,
    status varchar not null,
    reason varchar,
    bytes bigint not null,
    lines bigint not null,
    loaded bigint not null,
    rejected bigint not null,
    duplicate bigint not null,
    filtered bigint not null,
    first_occurred_at timestamp,
    last_occurred_at timestamp,
    loaded_at timestamp not null
);

comment on table loads.file is 'The ledger: every input file, by its content. Grain: one row per content_hash.';
comment on column loads.file.content_hash is 'Hash of the file''s bytes; a file with known content is skipped.';
comment on column loads.file.name is 'File name when it was first loaded, without its folder.';
comment on column loads.file.entity is 'articles or events.';
comment on column loads.file.format is 'How the file was read, such as native-ndjson.';
comment on column loads.file.status is 'loaded, or set_aside where the whole file was refused.';
comment on column loads.file.reason is 'Why the file was set aside.';
comment on column loads.file.bytes is 'Size of the file.';
comment on column loads.file.lines is 'Lines or rows read: loaded + rejected + duplicate + filtered.';
comment on column loads.file.loaded is 'Lines that became a new event or article version.';
comment on column loads.file.rejected is 'Lines set aside with a reason.';
comment on column loads.file.duplicate is 'Lines already known.';
comment on column loads.file.filtered is 'Lines that are not ours to count, such as blank lines.';
comment on column loads.file.first_occurred_at is 'Earliest event or publication in the file (UTC).';
comment on column loads.file.last_occurred_at is 'Latest event or publication in the file (UTC).';
comment on column loads.file.loaded_at is 'Clock at loading (UTC).';

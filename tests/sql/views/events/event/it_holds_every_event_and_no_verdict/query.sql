select
    event.event_key,
    event.is_repeat,
    (
        select count(*)
        from duckdb_columns()
        where schema_name = 'events' and table_name = 'event' and column_name in ('removed_by', 'is_read', 'is_reader')
    ) as verdict_columns
from events.event as event

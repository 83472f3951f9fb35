-- table:   loads.file
-- purpose: The files whose rejects can be replayed: set aside, or with a reject that another rule or setting may read.
-- grain:   one row per content_hash
-- reads:   loads.file, loads.reject
-- params:  file_name
-- write:   none
select file.*
from loads.file as file
where
    ($file_name = '' or file.name = $file_name)
    and (
        file.status = 'set_aside'
        or file.content_hash in (
            select reject.content_hash from loads.reject as reject
            where reject.reason <> 'id_conflict'
        )
    )
order by file.loaded_at, file.name, file.content_hash

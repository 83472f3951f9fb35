-- table:   loads.reject
-- purpose: Rejects of the file and for the reason given, empty texts for any; the newest file first.
-- grain:   one row per content_hash and line
-- reads:   loads.reject, loads.file
-- params:  file_name, reason, length
-- write:   none
select
    reject.name,
    reject.line,
    reject.byte_offset,
    reject.reason,
    reject.detail,
    reject.fields
from loads.reject as reject
inner join loads.file as file on reject.content_hash = file.content_hash
where
    ($file_name = '' or reject.name = $file_name)
    and ($reason = '' or reject.reason = $reason)
order by file.loaded_at desc, reject.name asc, reject.line asc
limit $length

-- table:   loads.reject
-- purpose: The files loaded before a moment whose rejects are due to be purged.
-- grain:   one row per content_hash
-- reads:   loads.reject, loads.file
-- params:  rejects_from
-- write:   none
select
    reject.content_hash,
    count(*) as rejects
from loads.reject as reject
inner join loads.file as file on reject.content_hash = file.content_hash
where file.loaded_at < $rejects_from::timestamp
group by reject.content_hash
order by reject.content_hash

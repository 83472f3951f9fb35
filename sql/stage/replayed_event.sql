-- table:   stage.event
-- purpose: The lines of a file whose rejects are replayed, without those that were no rejects.
-- grain:   one row per line of the file that was a reject
-- reads:   stage.event, stage.replayed_line
-- params:  none
-- write:   replace all
select event.*
from stage.event as event
where event.line in (select replayed.line from stage.replayed_line as replayed)

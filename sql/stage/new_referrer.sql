-- table:   stage.referrer
-- purpose: The referrers of the lines, up to their host, that have not been looked up yet.
-- grain:   one row per referrer
-- reads:   stage.line, stage.referrer
-- params:  none
-- write:   none
select distinct referrer_stem(line.referrer::varchar) as referrer
from stage.line as line
where
    line.referrer is not null
    and referrer_stem(line.referrer::varchar) not in (select known.referrer from stage.referrer as known)

-- table:   url_stem
-- purpose: A URL without what cannot matter: its fragment, and the parameters that keeps_query does not find.
-- grain:   a scalar; its canonical form is the URL's own
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro url_stem(url, keeps_query) as case
    when not (contains(url, '?') or contains(url, '#')) then url
    -- Most queries hold nothing to keep. What this finds in a fragment, the next branch finds out.
    when not regexp_matches(substr(url, instr(url, '?')), keeps_query)
        then split_part(split_part(url, '?', 1), '#', 1)
    else
        split_part(split_part(url, '?', 1), '#', 1)
        || coalesce('?' || nullif(array_to_string(
            list_filter(
                string_split(split_part(url, '#', 1)[instr(split_part(url, '#', 1) || '?', '?') + 1:], '&'),
                lambda pair: regexp_matches('&' || pair, keeps_query)
            ),
            '&'
        ), ''), '')
end;

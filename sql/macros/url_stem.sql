-- table:   url_stem
-- purpose: A URL without what cannot matter: its fragment, and the parameters that keeps_query does not find.
-- grain:   a scalar; its canonical form is the URL's own
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro url_stem(url, keeps_query) as case
    when not (contains(url, '?') or contains(url, '#')) then url
    when
        regexp_matches(
            substr(split_part(url, '#', 1), length(split_part(split_part(url, '#', 1), '?', 1)) + 1), keeps_query
        )
        then
            split_part(split_part(url, '#', 1), '?', 1) || '?' || array_to_string(
                list_filter(
                    string_split(
                        substr(split_part(url, '#', 1), length(split_part(split_part(url, '#', 1), '?', 1)) + 2), '&'
                    ),
                    lambda pair: regexp_matches('&' || pair, keeps_query)
                ),
                '&'
            )
    else split_part(split_part(url, '#', 1), '?', 1)
end;

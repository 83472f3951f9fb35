-- table:   no_pageview_reason
-- purpose: Why a request showed no page: by its method, its status or its content type; docs/pageviews.md has the cases.
-- grain:   a scalar: NULL where a page may have been shown; what is not given does not speak against it
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro no_pageview_reason(method, status, content_type) as case
    when upper(trim(method)) not in ('', 'GET') then 'method'
    -- 304 shows the page from the reader's own cache.
    when status not between 200 and 299 and status <> 304 then 'status'
    -- \x3B is a semicolon, which ends a statement.
    when
        not regexp_matches(content_type, '^ *(-?|(?i:text/html|application/xhtml\+xml) *([\x3B,].*)?)$', 's')
        then 'content_type'
end;

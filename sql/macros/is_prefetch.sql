-- table:   is_prefetch
-- purpose: Whether a request's purpose says that a page was fetched before anybody asked for it.
-- grain:   a scalar, never NULL
-- reads:   nothing
-- params:  none
-- write:   create or replace
-- \x3B is a semicolon, which ends a statement.
create or replace macro is_prefetch(purpose) as coalesce(
    regexp_matches(purpose, '(?i)(^|[\x3B,])[ \t]*(prefetch|prerender|preview)[ \t]*($|[\x3B,])'), false
);

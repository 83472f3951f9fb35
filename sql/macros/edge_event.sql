-- table:   edge_event
-- purpose: The events of a window outside its whole hours; with sign -1 those at its very start, where that hour is whole.
-- grain:   one row per event_key and sign
-- reads:   weighable_event
-- params:  none
-- write:   create or replace
create or replace macro edge_event(window_from, whole_from, whole_until, as_of) as table
    select
        *,
        1 as sign
    from weighable_event(window_from, whole_from)
    where occurred_at > window_from and occurred_at < whole_from and occurred_at <= as_of
    union all
    -- A window leaves out its first instant: of a whole hour it is taken off again.
    select
        *,
        -1
    from weighable_event(window_from, window_from)
    where window_from = whole_from
    union all
    select
        *,
        1
    from weighable_event(whole_until, as_of);

-- table:   stage.extra
-- purpose: As stage/extra, where lines may have more of these fields than are kept, or two whose names only differ by case.
-- grain:   one row per line of the file that has any
-- reads:   stage.aside
-- params:  names, most_fields
-- write:   replace all
-- A line's own names decide which of its fields are kept, so that it keeps the same ones in whatever file it stands.
with field as (
    select
        line,
        unnest(map_entries(fields::map (varchar, varchar)), recursive := true)
    from stage.aside
),

named as (
    select
        *,
        -- Of ASCII alone, as the engine compares the names of columns.
        translate(key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') as small_letters
    from field
    where value is not null and key in (select unnest($names::varchar[]))
),

spelling as (
    select *
    from named
    qualify row_number() over (partition by line, small_letters order by key) = 1
),

kept as (
    select *
    from spelling
    qualify row_number() over (partition by line order by key) <= $most_fields
)

select
    line,
    to_json(map(list(key order by key), list(value order by key))) as extra
from kept
group by line

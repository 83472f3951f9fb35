with given as (
    select
        instant_of('2026-03-14T11:00:00.5+01:00', null) as occurred_at,
        try_cast('12.5' as decimal(9, 3)) as engaged_seconds,
        try_cast('3' as bigint) as heartbeat,
        try_cast('4' as utinyint) as slot,
        try_cast('200' as smallint) as status,
        try_cast('1' as boolean) as is_staff
    union all
    select
        instant_of(timestamptz '2026-03-14 10:00:00.5+00', null),
        try_cast(12.5::double as decimal(9, 3)),
        try_cast(3::smallint as bigint),
        try_cast(4.0::double as utinyint),
        try_cast(200::bigint as smallint),
        try_cast(true as boolean)
),

event as (
    select typed.* replace (
        given.occurred_at as occurred_at,
        given.engaged_seconds as engaged_seconds,
        given.heartbeat as heartbeat,
        given.slot as slot,
        given.status as status,
        given.is_staff as is_staff
    )
    from stage.typed as typed
    cross join given
)

select count(distinct fingerprint(event, null, null, 'salt')) as fingerprints
from event

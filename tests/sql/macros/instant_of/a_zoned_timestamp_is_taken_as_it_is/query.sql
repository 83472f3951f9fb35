select
    instant_of(timestamptz '2026-03-14 11:00:00+01', null) as without_zone,
    instant_of(timestamptz '2026-03-14 11:00:00+01', 'Asia/Qatar') as with_zone,
    instant_of(null::timestamptz, 'Asia/Qatar') as of_nothing

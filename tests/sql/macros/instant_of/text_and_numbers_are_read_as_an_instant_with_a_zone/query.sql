select
    instant_of(' 2026-03-14T11:00:00+01:00 ', null) as from_text,
    instant_of(1773482400, null) as from_seconds,
    instant_of(1773482400250::bigint, null) as from_milliseconds,
    instant_of(1773482400.25::double, null) as from_fraction,
    instant_of('2026-03-14T11:00:00+01:00', 'Asia/Qatar') as from_zoned_text,
    instant_of('yesterday', 'Asia/Qatar') as from_word

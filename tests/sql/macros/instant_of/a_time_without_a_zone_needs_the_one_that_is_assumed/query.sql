select
    instant_of('2026-03-14T13:00:00', 'Asia/Qatar') as text_with,
    instant_of('2026-03-14T13:00:00', null) as text_without,
    instant_of(timestamp '2026-03-14 13:00:00', 'Asia/Qatar') as timestamp_with,
    instant_of(timestamp '2026-03-14 13:00:00', null) as timestamp_without,
    instant_of('2026-07-14 12:00', 'Europe/Madrid') as summer_text

select *
from most_read(half_life_hours := null, window_hours := 24, as_of := '2026-03-14 12:00:00.000001', length := 1)
order by rank

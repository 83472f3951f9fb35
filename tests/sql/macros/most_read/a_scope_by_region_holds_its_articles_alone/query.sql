select *
from most_read(region := 'mena')
order by rank

select *
from most_read(edition := 'ar')
order by rank

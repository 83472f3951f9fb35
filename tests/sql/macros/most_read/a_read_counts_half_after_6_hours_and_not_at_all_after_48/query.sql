select *
from most_read()
order by rank

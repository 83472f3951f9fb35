select *
from most_read(section := 'Opinion')
order by rank

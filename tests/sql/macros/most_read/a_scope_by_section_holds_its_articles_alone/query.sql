select *
from most_read(section := 'news')
order by rank

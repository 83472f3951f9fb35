select *
from rank_history('a1')
order by as_of

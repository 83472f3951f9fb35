select *
from removed('a1')

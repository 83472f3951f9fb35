select *
from removed('a9')

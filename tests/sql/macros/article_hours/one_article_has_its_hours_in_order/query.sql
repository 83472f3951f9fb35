select *
from article_hours('a1')
order by hour_start

select key_of(given) as key
from (values ('abc'), (null)) as line (given)

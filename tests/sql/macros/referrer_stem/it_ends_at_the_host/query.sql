select referrer, referrer_stem(referrer) as stem
from (
    values ('https://search.example/find?q=rain'), ('http://search.example'), ('https:///x'), ('app://mail.example/x'), ('search.example/x'), ('-'), (null)
) as referrers (referrer)

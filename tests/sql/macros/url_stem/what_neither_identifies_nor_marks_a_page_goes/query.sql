select
    line,
    url_stem(url, '(?i)[?&](?:(?:p|preview)(?:[=&]|$)|[^=&]*[^!-$&-*,-~])') as stem
from (
    values
    (1, '/rain'),
    (2, '/rain?utm_source=x&fbclid=y'),
    (3, '/rain?utm_source=x&p=1#top'),
    (4, '/rain?p=1&preview=true'),
    (5, '/rain#?p=1'),
    (6, '/a&p=1#top'),
    (7, '/rain?%70=1&q=2'),
    (8, '/rain?q=1&p'),
    (9, '/rain?')
) as given (line, url)

select
    line,
    is_prefetch(purpose) as prefetched
from (
    values
    (1, 'prefetch'),
    (2, 'Prefetch; anonymous-client-ip'),
    (3, 'prefetch;prerender'),
    (4, 'preview'),
    (5, 'no-prefetch'),
    (6, 'document'),
    (7, ''),
    (8, null)
) as given (line, purpose)

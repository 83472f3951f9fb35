select count(distinct fingerprint(typed, typed.raw_url, extra.extra, 'salt')) as fingerprints
from stage.typed as typed
left join stage.extra as extra on typed.line = extra.line

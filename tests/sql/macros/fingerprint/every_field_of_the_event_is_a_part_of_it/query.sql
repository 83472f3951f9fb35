select count(distinct fingerprint(typed, typed.raw_url, 'salt')) as fingerprints
from stage.typed as typed

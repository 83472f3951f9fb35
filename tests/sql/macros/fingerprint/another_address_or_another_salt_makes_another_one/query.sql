select
    count(distinct fingerprint(typed, null, 'salt')) as fingerprints,
    count(distinct fingerprint(typed, null, salts.salt)) as salted_fingerprints
from stage.typed as typed
cross join (values ('salt'), ('pepper')) as salts (salt)

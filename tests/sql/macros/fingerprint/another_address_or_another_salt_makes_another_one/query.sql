select
    count(distinct fingerprint(typed, null, null, 'salt')) as fingerprints,
    count(distinct fingerprint(typed, null, null, salts.salt)) as salted_fingerprints
from stage.typed as typed
cross join (values ('salt'), ('pepper')) as salts (salt)

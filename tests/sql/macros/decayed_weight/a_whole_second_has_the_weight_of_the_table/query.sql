select
    age_seconds,
    decayed_weight(weight, decay_rate, 0) as weight
from stage.decay_weight

select decayed_weight(weight, decay_rate, 999999) as weight
from stage.decay_weight

select
    rest.rest_microseconds,
    abs(
        decayed_weight(decay.weight, decay.decay_rate, rest.rest_microseconds)
        / (pow(2, 39) * pow(0.5, rest.rest_microseconds / 900e6)) - 1
    ) < 1e-9 as is_near
from stage.decay_weight as decay
cross join (values (1::bigint), (250000), (999999)) as rest (rest_microseconds)

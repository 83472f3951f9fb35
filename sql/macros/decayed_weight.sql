-- table:   decayed_weight
-- purpose: Weight of an event against the end of its hour, in 2^-40, from its whole second's weight and the rest.
-- grain:   a scalar, exact integers; docs/lists.md derives it
-- reads:   nothing
-- params:  none
-- write:   create or replace
create or replace macro decayed_weight(weight, decay_rate, rest_microseconds) as (
    weight - (((weight >> 12) * (
        ((rest_microseconds * decay_rate) >> 20)
        - ((((rest_microseconds * decay_rate) >> 20) * ((rest_microseconds * decay_rate) >> 20)) >> 41)
    )) >> 28)
);

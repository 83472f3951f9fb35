-- table:   stage.moment_sum
-- purpose: The decayed sums of the wanted articles at many moments at once, in units of 2^-80.
-- grain:   one row per as_of and article_id
-- reads:   stage.segment_mass, stage.segment_factor, stage.wanted_article
-- params:  box_discount
-- write:   none
select
    factor.as_of,
    mass.article_id,
    sum((mass.read_mass * factor.multiplier) >> factor.shift)::double
    - $box_discount * sum((mass.box_read_mass * factor.multiplier) >> factor.shift)::double
        as read_sum,
    sum((mass.share_mass * factor.multiplier) >> factor.shift)::double as share_sum,
    sum((mass.engaged_mass * factor.multiplier) >> factor.shift)::double as engaged_sum,
    sum(mass.reads)::bigint as reads,
    sum(mass.readers)::bigint as readers,
    sum(mass.shares)::bigint as shares
from stage.segment_mass as mass
inner join stage.segment_factor as factor on mass.segment_until_at = factor.segment_until_at
where mass.article_id in (select wanted.article_id from stage.wanted_article as wanted)
group by factor.as_of, mass.article_id
order by factor.as_of, mass.article_id

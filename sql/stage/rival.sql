-- table:   stage.rival
-- purpose: The verdict on lines whose event key comes more than once: the smallest body wins; of copies, the first received, then the one with the smallest labels.
-- grain:   one row per line of the file
-- reads:   stage.body
-- params:  none
-- write:   replace all
with ranked as (
    select
        *,
        row_number() over winning = 1 as is_winner,
        first_value(body_hash) over winning as winning_body,
        max(body_hash) filter (where line is null) over (partition by event_key) as known_body
    from stage.body
    window winning as (
        partition by event_key
        order by occurred_at, body_hash, received_until, labels, line nulls first
    )
)

select
    line,
    event_key,
    is_winner,
    is_winner and known_body is not null as is_displacing,
    case
        when is_winner and known_body is null then 'loaded'
        when coalesce(is_winner, false) and known_body <> winning_body then 'id_conflict'
        when is_winner or body_hash = winning_body then 'duplicate'
        else 'id_conflict'
    end as verdict
from ranked
where line is not null

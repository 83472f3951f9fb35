select
    typed.line,
    line_reason(typed, load_rule, typed.raw_url = 'mailto:desk') as reason
from stage.typed as typed
cross join stage.load_rule as load_rule

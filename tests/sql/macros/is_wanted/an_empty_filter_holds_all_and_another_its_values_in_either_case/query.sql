select
    is_wanted('QA', []) as of_all,
    is_wanted(null, []) as nothing_of_all,
    is_wanted('QA', ['es', 'qa']) as of_two,
    is_wanted('fr', ['es', 'qa']) as of_none,
    coalesce(is_wanted(null, ['qa']), false) as nothing_of_one

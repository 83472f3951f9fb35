select parse_instant(null) as instant

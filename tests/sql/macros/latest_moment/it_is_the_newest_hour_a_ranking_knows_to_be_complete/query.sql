select latest_moment() as moment_at

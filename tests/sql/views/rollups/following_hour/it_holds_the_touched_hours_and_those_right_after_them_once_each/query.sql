select * from rollups.following_hour order by hour_start

select * from rollups.following_hour

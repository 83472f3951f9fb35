select * from articles.address

select * from articles.edition_tag order by edition, tag_key

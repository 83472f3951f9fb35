-- table:   read_next.item
-- purpose: What to read after each article.
-- grain:   one row per seed_article_id and rank
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists read_next.item (
    seed_article_id varchar not null,
    rank integer not null,
    article_id varchar not null,
    score double not null,
    text_similarity double not null,
    age_days double not null,
    basis varchar not null,
    shared_tags varchar[] not null,
    shared_terms varchar[] not null
);

comment on table read_next.item is 'What to read after each article. Grain: one row per seed_article_id and rank.';
comment on column read_next.item.seed_article_id is 'The article the reader is on.';
comment on column read_next.item.rank is 'Place in the list, from 1.';
comment on column read_next.item.article_id is 'The article to read next.';
comment on column read_next.item.score is 'Similarity of the texts times recency.';
comment on column read_next.item.text_similarity is 'Cosine of the two articles'' weighted fields, 0 to 1.';
comment on column read_next.item.age_days is 'Age of the item at the moment the list describes.';
comment on column read_next.item.basis is 'How the item earned its slot, such as text.';
comment on column read_next.item.shared_tags is 'Tags both articles carry, as the item writes them.';
comment on column read_next.item.shared_terms is 'Words that weigh most in the similarity, heaviest first.';

-- table:   read_next.item
-- purpose: What to read after each article.
-- grain:   one row per seed_article_id, tab and rank
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists read_next.item (
    seed_article_id varchar not null,
    tab varchar not null,
    rank integer not null,
    is_reserve boolean not null,
    article_id varchar not null,
    score double not null,
    text_similarity double not null,
    next_reads bigint not null,
    read_share double not null,
    age_days double not null,
    basis varchar not null,
    shared_tags varchar[] not null,
    shared_terms varchar[] not null,
    as_of timestamp not null
);

comment on table read_next.item is 'What to read after each article. Grain: one row per seed_article_id, tab and rank.';
comment on column read_next.item.seed_article_id is 'The article the reader is on.';
comment on column read_next.item.tab is 'The section the list is for; empty for the list of all sections.';
comment on column read_next.item.rank is 'Place in the list, from 1.';
comment on column read_next.item.is_reserve is 'Past the list''s length: for a page that shows an item elsewhere already.';
comment on column read_next.item.article_id is 'The article to read next.';
comment on column read_next.item.score is 'How probably a reader who goes on goes on to this article, times recency.';
comment on column read_next.item.text_similarity is 'Cosine of the two articles'' weighted fields, 0 to 1.';
comment on column read_next.item.next_reads is 'Readers who went on from the one to the other in the last 7 days, at once.';
comment on column read_next.item.read_share is 'Share of the score that rests on what was read next.';
comment on column read_next.item.age_days is 'Age of the item at the moment the list describes.';
comment on column read_next.item.basis is 'How the item earned its slot: text, next-read, popular or pinned.';
comment on column read_next.item.shared_tags is 'Tags both articles carry, as most articles of the edition write them.';
comment on column read_next.item.shared_terms is 'Words that weigh most in the similarity, heaviest first.';
comment on column read_next.item.as_of is 'The moment the list describes (UTC).';

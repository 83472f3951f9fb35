-- table:   articles.alias_effect
-- purpose: What old URLs did that came to lead to another article: its counts before and after.
-- grain:   one row per arrival_number and article_id
-- reads:   nothing
-- params:  none
-- write:   create where missing
create table if not exists articles.alias_effect (
    arrival_number bigint not null,
    article_id varchar not null,
    loaded_at timestamp not null,
    urls_added varchar[] not null,
    urls_lost varchar[] not null,
    pageviews_before bigint,
    pageviews_after bigint,
    reads_before bigint,
    reads_after bigint
);

comment on table articles.alias_effect is 'What old URLs did that came to lead to another article: its counts before and after. Grain: one row per arrival_number and article_id.';
comment on column articles.alias_effect.arrival_number is 'Newest version of an article when the URLs moved.';
comment on column articles.alias_effect.article_id is 'The article.';
comment on column articles.alias_effect.loaded_at is 'Clock of the load that moved its history (UTC).';
comment on column articles.alias_effect.urls_added is 'Canonical URLs that lead to it since.';
comment on column articles.alias_effect.urls_lost is 'Canonical URLs that lead elsewhere since.';
comment on column articles.alias_effect.pageviews_before is 'Its pageviews of all hours before; empty until the load is done.';
comment on column articles.alias_effect.pageviews_after is 'The same after.';
comment on column articles.alias_effect.reads_before is 'Its reads of all hours before.';
comment on column articles.alias_effect.reads_after is 'The same after.';

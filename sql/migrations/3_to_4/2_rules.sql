-- Rankings of before this layout know no rules, peaks, hours or floors, and say no half-life.
alter table rankings.item add column if not exists rules varchar[];
alter table rankings.item add column if not exists peak_rank integer;
alter table rankings.item add column if not exists hours_on_list bigint;
alter table rankings.item add column if not exists is_withheld boolean;
alter table rankings.ranking add column if not exists half_life_seconds bigint;

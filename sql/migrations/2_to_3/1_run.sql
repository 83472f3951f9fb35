-- Runs of before this layout do not say when the late window had closed.
alter table runs.run add column if not exists final_through timestamp;

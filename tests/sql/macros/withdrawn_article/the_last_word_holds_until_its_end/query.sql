select article_id
from withdrawn_article(timestamp '2026-03-14 12:00:00')

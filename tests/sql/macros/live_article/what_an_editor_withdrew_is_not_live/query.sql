select article_id
from live_article(timestamp '2026-03-14 12:00:00')

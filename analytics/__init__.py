"""Readership: reading analytics and ranking for a news site."""

"""x."""

from analytics.urls import UrlRules


def judge_page(url: str, rules: UrlRules) -> str | None:
    return None

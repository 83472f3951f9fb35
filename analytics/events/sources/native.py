"""The native format of events: the fields Readership knows."""

from __future__ import annotations

FIELDS = (
    "event_id",
    "kind",
    "occurred_at",
    "received_at",
    "article_id",
    "url",
    "visitor_id",
    "ip",
    "user_agent",
    "accept_language",
    "pageview_id",
    "session_id",
    "referrer",
    "country",
    "device",
    "share_network",
    "engaged_seconds",
    "source_box",
    "slot",
    "list_id",
    "is_staff",
    "status",
    "method",
    "purpose",
    "content_type",
    "host",
    "heartbeat",
    "first_heartbeat_seconds",
    "sequence_source",
    "sequence_number",
    "gpc",
    "dnt",
)

_MOST_EXTRA_FIELDS = 50
_LONGEST_NAME = 64


def choose_extra_fields(names: set[str]) -> list[str]:
    """Choose the field names that are kept aside: none that only differs from another one by case.

    Examples
    --------
    >>> choose_extra_fields({"kind", "Kind", "environment"})
    ['environment']
    """
    taken = {*FIELDS, "line"}
    chosen: list[str] = []
    for name in sorted(names):
        if name and len(name) <= _LONGEST_NAME and name.lower() not in taken and "\x00" not in name:
            taken.add(name.lower())
            chosen.append(name)
    return chosen[:_MOST_EXTRA_FIELDS]

"""The native format of events: the fields Readership knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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

MOST_EXTRA_FIELDS = 50
_LONGEST_NAME = 64


def list_extra_fields(names: Iterable[str]) -> list[str]:
    """List the field names that may be kept aside, sorted: not those that only differ from a native one by case.

    Each is judged alone, so that a line keeps the same fields in whatever file it stands.

    Examples
    --------
    >>> list_extra_fields({"kind", "Kind", "environment", "ENV"})
    ['ENV', 'environment']
    """
    native = {*FIELDS, "line"}
    return sorted(
        name
        for name in names
        if name and len(name) <= _LONGEST_NAME and fold_name(name) not in native and "\x00" not in name
    )


def needs_choice(extra: Sequence[str]) -> bool:
    """Tell whether a line could have more of these fields than are kept, or two that only differ by case.

    Then each line's own fields are chosen among: `sql/stage/extra_wide.sql`.

    Examples
    --------
    >>> needs_choice(["ENV", "environment"]), needs_choice(["ENV", "env"])
    (False, True)
    """
    return len(extra) > MOST_EXTRA_FIELDS or len({fold_name(name) for name in extra}) < len(extra)


def fold_name(name: str) -> str:
    """Give a name in small letters as the engine does, which knows those of ASCII alone.

    Examples
    --------
    >>> fold_name("Été")
    'Été'
    """
    return name.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")

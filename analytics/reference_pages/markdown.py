"""What the reference pages are written with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_NOTE = "*Made by `scripts/docs`; an edit here is lost.*"
_FORMATS = {"date-time": "instant", "uri": "URL"}
_BOUNDS = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"))


def write_page(title: str, blocks: Iterable[str]) -> str:
    """Write a page: a title, a note that it is made, and blocks; an empty block is left out.

    Examples
    --------
    >>> write_page("Lists", ["First.", ""]).splitlines()[0]
    '# Lists'
    """
    return "\n\n".join([f"# {title}", _NOTE, *filter(None, blocks)]) + "\n"


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Write a table; nothing where there are no rows.

    Examples
    --------
    >>> print(write_table(("a", "b"), [("1", "x|y")]))
    | a | b |
    |---|---|
    | 1 | x\|y |
    """
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    head = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    return "\n".join([*head, *lines]) if lines else ""


def name_type(field: Mapping[str, Any]) -> str:
    """Name the type of a field of a JSON Schema, with its bounds.

    Examples
    --------
    >>> name_type({"type": "integer", "minimum": 1}), name_type({"type": "array", "items": {"type": "string"}})
    ('integer ≥ 1', 'list of string')
    """
    if "anyOf" in field:
        return " or ".join(name_type(one) for one in field["anyOf"])
    if "$ref" in field:
        return f"[{name_part(field)}](#{name_part(field).lower()})"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field["type"] == "array":
        return f"list of {name_type(field['items'])}"
    if field["type"] == "object":
        return f"table of {name_type(field['additionalProperties'])}"
    name = _FORMATS.get(field.get("format", ""), field["type"])
    bounds = [f"{sign} {field[key]:g}" for key, sign in _BOUNDS if key in field]
    return f"{name} {' and '.join(bounds)}".rstrip()


def name_part(field: Mapping[str, Any]) -> str:
    """Name the part of a JSON Schema that a field refers to.

    Examples
    --------
    >>> name_part({"$ref": "#/$defs/Image"})
    'Image'
    """
    return str(field["$ref"]).removeprefix("#/$defs/")

"""The page of settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from analytics.reference_pages.markdown import name_part, name_type, write_page, write_table
from analytics.settings import Settings, load_settings

_INTRODUCTION = """\
Settings are TOML. The shipped ones lie at the bottom, the workspace's `readership.toml` over them, a file named with
`--config` on top; of a table, such as `field_weights`, only the keys that the upper file names change. An unknown
key or a value out of range is an error that names the key (exit code 78)."""
_HEADER = ("setting", "type", "shipped value", "what it does")


def build_settings_page() -> str:
    """Build the page of settings from their types and their shipped values."""
    parts = msgspec.json.schema(Settings)["$defs"]
    shipped: dict[str, Any] = msgspec.to_builtins(load_settings())
    blocks = [_INTRODUCTION]
    for name, section in parts["Settings"]["properties"].items():
        is_named = "additionalProperties" in section
        part = parts[name_part(section["additionalProperties"] if is_named else section)]
        rows = _list_rows(parts, part, {} if is_named else shipped[name])
        heading = f"`[{name}.NAME]`" if is_named else f"`[{name}]`"
        blocks += [f"## {heading}", section["description"], write_table(_HEADER, rows)]
    return write_page("Settings", blocks)


def _list_rows(
    parts: Mapping[str, Any], part: Mapping[str, Any], shipped: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    for name, field in part["properties"].items():
        if "$ref" in field:
            inner = parts[name_part(field)]
            defaults = {key: one["default"] for key, one in inner["properties"].items()}
            yield from _list_rows(parts, inner, defaults, f"{prefix}{name}.")
        else:
            value = f"`{_write_toml(shipped[name])}`" if name in shipped else "see [lists](lists.md)"
            yield f"`{prefix}{name}`", name_type(field), value, field["description"]


def _write_toml(value: object) -> str:
    if isinstance(value, dict):
        pairs = ", ".join(f"{_write_key(key)} = {_write_toml(one)}" for key, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return json.dumps(value, ensure_ascii=False)


def _write_key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() else json.dumps(key, ensure_ascii=False)

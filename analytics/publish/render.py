"""Pages as HTML: no script, no network, and everything from outside escaped."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analytics.instants import format_instant, parse_instant
from analytics.publish.pages import Material, Page, build_pages, figures_of

_TEMPLATES = Path(__file__).with_name("templates")


def render_pages(material: Material) -> dict[str, bytes]:
    """Render the overview and every edition's page.

    Returns
    -------
    dict of str to bytes
        Content by path, in UTF-8.
    """
    return {page.path: render_page(page) for page in build_pages(material)}


def render_page(page: Page) -> bytes:
    """Render one page."""
    template = _make_environment().get_template("edition.html" if page.edition else "overview.html")
    style = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
    text = template.render(
        page=page,
        say=page.wording.say,
        figures_of=figures_of,
        edition_names={link.edition: link.name for link in page.links},
        style=style,
        style_hash=f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}",
    )
    return text.encode("utf-8", "replace")


@cache
def _make_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["instant"] = format_instant
    environment.filters["moment"] = _read_moment
    return environment


def _read_moment(text: str) -> datetime:
    return parse_instant(text)

"""Writes the reference pages of a checkout; with ``--check`` only names those that are out of date."""

from __future__ import annotations

import os
import sys

from analytics.reference_pages import FOLDER, build_pages, find_stale_pages, write_pages

pages = build_pages()
stale = find_stale_pages(FOLDER, pages)
if "--check" not in sys.argv[1:]:
    write_pages(FOLDER, pages)
elif stale:
    print(f"out of date: {', '.join(stale)}; run scripts/docs", file=sys.stderr)  # noqa: T201 - the answer
sys.stderr.flush()
os._exit(1 if stale and "--check" in sys.argv[1:] else 0)  # DuckDB's binding reports leaks in the teardown

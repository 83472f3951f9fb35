"""Readership: reading analytics and ranking for a news site."""

from __future__ import annotations

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("readership")

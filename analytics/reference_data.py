"""Reads the tracked reference tables."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_PACKAGED = Path(__file__).parent / "reference"
_CHECKOUT = Path(__file__).parent.parent / "data" / "reference"


@cache
def read_reference(name: str) -> tuple[dict[str, str], ...]:
    """Read a reference table.

    Parameters
    ----------
    name : str
        File name without the suffix, such as ``tracking_parameters``.

    Examples
    --------
    >>> read_reference("tracking_parameters")[0]["parameter"]
    'utm_*'
    """
    folder = _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))

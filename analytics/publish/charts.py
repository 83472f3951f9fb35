"""The geometry of the pages' charts; the templates draw it as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_GRID_PARTS = 4


@dataclass(frozen=True)
class Column:
    """One column: left edge and width in percent of the chart, top and height in pixels."""

    left: float
    width: float
    top: float
    height: float


@dataclass(frozen=True)
class ColumnChart:
    """Columns over a scale from 0 to `ceiling`, with grid lines in equal steps, the highest first."""

    height: int
    ceiling: float
    columns: tuple[Column, ...]
    grid: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Sparkline:
    """A line over a filled area, as SVG paths in a box of `width` by `height`, and its last point."""

    width: int
    height: int
    line: str
    area: str
    last: tuple[float, float]


def round_up_scale(peak: float, parts: int = _GRID_PARTS) -> float:
    """Find a round number at or above a peak, so that each of its equal parts is round too.

    Examples
    --------
    >>> round_up_scale(812), round_up_scale(0), round_up_scale(3)
    (1000.0, 4.0, 4.0)
    """
    step = max(peak, parts) / parts
    scale = 1.0
    while step > scale * _STEPS[-1]:
        scale *= 10
    return next(parts * scale * size for size in _STEPS if step <= scale * size and scale * size % 1 == 0)


def draw_columns(values: Sequence[float], *, height: int, gap_share: float = 0.28) -> ColumnChart:
    """Lay out a column chart.

    Parameters
    ----------
    values
        From left to right, none negative.
    height
        Of the plot, in pixels.
    gap_share
        Part of a column's room that stays empty.

    Examples
    --------
    >>> draw_columns([1, 2], height=100).columns[1]
    Column(left=57.0, width=36.0, top=50.0, height=50.0)
    """
    ceiling = round_up_scale(max(values, default=0))
    room = 100 / max(len(values), 1)
    columns = tuple(
        Column(
            left=round(place * room + room * gap_share / 2, 3),
            width=round(room * (1 - gap_share), 3),
            top=round(height - height * value / ceiling, 2),
            height=round(height * value / ceiling, 2),
        )
        for place, value in enumerate(values)
    )
    grid = tuple(
        (ceiling * part / _GRID_PARTS, round(height - height * part / _GRID_PARTS, 2))
        for part in range(_GRID_PARTS, -1, -1)
    )
    return ColumnChart(height, ceiling, columns, grid)


def draw_sparkline(values: Sequence[float], *, width: int = 120, height: int = 28) -> Sparkline:
    """Lay out a small line; a series without a reading is a flat one.

    Examples
    --------
    >>> draw_sparkline([0, 4], width=12, height=10).line
    'M2 8L10 2'
    """
    margin = 2
    peak = max(values, default=0) or 1
    step = (width - 2 * margin) / max(len(values) - 1, 1)
    floor = height - margin
    points = [
        (round(margin + place * step, 1), round(floor - (floor - margin) * value / peak, 1))
        for place, value in enumerate(values)
    ]
    line = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    area = f"{line}L{points[-1][0]:g} {floor}L{margin} {floor}Z"
    return Sparkline(width, height, line, area, points[-1])

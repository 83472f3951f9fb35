"""Draws what foresight costs in churn, as an SVG file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any


@dataclass(frozen=True)
class Point:
    """One list: its name, its churn an hour and its foresight, and what of its settings is told."""

    name: str
    churn: float
    foresight: float
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Frontier:
    """Lists to choose from.

    Attributes
    ----------
    frontier : sequence of Point
        The lists that no other beats in both, by churn.
    half_lives : sequence of Point
        Plain half-lives, the shortest first.
    peers : sequence of Point
        The formulas of others.
    tuned : Point
        The one that was chosen.
    """

    frontier: Sequence[Point]
    half_lives: Sequence[Point]
    peers: Sequence[Point]
    tuned: Point

    def to_json(self) -> dict[str, list[dict[str, Any]]]:
        """Give the points but the chosen one's."""
        names = ("frontier", "half_lives", "peers")
        return {name: [asdict(point) for point in getattr(self, name)] for name in names}


_WIDTH, _HEIGHT = 860, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 30, 64, 84
_ROOM = 26
_INK, _SOFT, _GRID, _ACCENT, _PEER = "#1c1f23", "#5b6470", "#e3e6ea", "#b3261e", "#1f5fa8"
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:" + _INK + "}"
    ".soft{fill:" + _SOFT + ";font-size:12px}.title{font-size:17px;font-weight:600}"
    ".peer{fill:" + _PEER + "}.tuned{fill:" + _ACCENT + ";font-weight:600}"
)


def draw_frontier(frontier: Frontier, *, title: str, note: str) -> str:
    """Draw a chart of lists: churn to the right, foresight upwards.

    Parameters
    ----------
    frontier : Frontier
        The lists.
    title : str
        What it is about.
    note : str
        Where the figures are from.
    """
    scale = _Scale.around([*frontier.frontier, *frontier.half_lives, *frontier.peers, frontier.tuned])
    told = "; ".join(f"{p.name}: {p.foresight:.2f} at {p.churn:.3f}" for p in (frontier.tuned, *frontier.peers))
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title told">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="told">{escape(told)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            f'<text class="title" x="{_LEFT}" y="28">{escape(title)}</text>',
            f'<text class="soft" x="{_LEFT}" y="{_HEIGHT - 14}">{escape(note)}</text>',
            *scale.draw_axes(),
            _draw_line(scale, frontier.half_lives, _SOFT, 'stroke-dasharray="4 4"'),
            _draw_line(scale, frontier.frontier, _ACCENT, 'stroke-width="2.5"'),
            *_mark_half_lives(scale, frontier),
            *(_mark_peer(scale, point) for point in frontier.peers),
            _mark_tuned(scale, frontier.tuned),
            *_draw_legend(),
            "</svg>",
            "",
        ]
    )


@dataclass(frozen=True)
class _Scale:
    """Where a churn and a foresight stand on the drawing; churn from 0, foresight from 0 to 1."""

    churn_step: float
    churn_steps: int

    @classmethod
    def around(cls, points: Sequence[Point]) -> _Scale:
        most = max(point.churn for point in points) * 1.02
        step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if most / step <= 10), 0.5)  # noqa: PLR2004 - labels
        return cls(step, int(-(-most // step)) or 1)

    def x(self, churn: float) -> float:
        return round(_LEFT + churn / (self.churn_step * self.churn_steps) * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, foresight: float) -> float:
        return round(_HEIGHT - _BOTTOM - foresight * (_HEIGHT - _TOP - _BOTTOM), 1)

    def draw_axes(self) -> list[str]:
        """Draw the grid with its figures, and what the axes mean."""
        left, right, floor = _LEFT, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
        rows = []
        for tenth in range(0, 11, 2):
            y = self.y(tenth / 10)
            rows.append(f'<line x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="{_GRID}"/>')
            rows.append(f'<text class="soft" x="{left - 10}" y="{y + 4}" text-anchor="end">{tenth / 10:.1f}</text>')
        for number in range(self.churn_steps + 1):
            churn = number * self.churn_step
            x = self.x(churn)
            rows.append(f'<line x1="{x}" x2="{x}" y1="{floor}" y2="{floor + 5}" stroke="{_SOFT}"/>')
            rows.append(f'<text class="soft" x="{x}" y="{floor + 20}" text-anchor="middle">{churn:.2f}</text>')
        middle = (left + right) / 2
        rows.append(f'<text class="soft" x="{left}" y="{_TOP - 14}">foresight: share of what hindsight catches</text>')
        rows.append(
            f'<text class="soft" x="{middle}" y="{floor + 42}" text-anchor="middle">'
            "churn: share of the list that is new each hour</text>"
        )
        return rows


def _draw_line(scale: _Scale, points: Sequence[Point], colour: str, more: str) -> str:
    path = " ".join(f"{scale.x(point.churn)},{scale.y(point.foresight)}" for point in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" {more}/>'


def _mark_half_lives(scale: _Scale, frontier: Frontier) -> list[str]:
    """Mark the plain half-lives; one that stands too near to another or to a peer goes without its name."""
    named = [(scale.x(point.churn), scale.y(point.foresight)) for point in frontier.peers]
    marks = []
    for point in frontier.half_lives:
        x, y = scale.x(point.churn), scale.y(point.foresight)
        marks.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{_SOFT}"/>')
        if all(abs(x - other) > _ROOM or abs(y - above) > _ROOM for other, above in named):
            named.append((x, y))
            marks.append(f'<text class="soft" x="{x + 6}" y="{y + 15}">{escape(point.name)}</text>')
    return marks


def _mark_peer(scale: _Scale, point: Point) -> str:
    x, y = scale.x(point.churn), scale.y(point.foresight)
    diamond = f"M{x} {y - 6}l6 6l-6 6l-6 -6z"
    return (
        f'<path d="{diamond}" fill="{_PEER}"/><text class="peer" x="{x + 11}" y="{y + 4}">{escape(point.name)}</text>'
    )


def _mark_tuned(scale: _Scale, point: Point) -> str:
    x, y = scale.x(point.churn), scale.y(point.foresight)
    return (
        f'<circle cx="{x}" cy="{y}" r="6" fill="{_ACCENT}" stroke="#ffffff" stroke-width="2"/>'
        f'<text class="tuned" x="{x - 8}" y="{y - 12}" text-anchor="end">{escape(point.name)}</text>'
    )


def _draw_legend() -> list[str]:
    x, y = _WIDTH - 250, _HEIGHT - _BOTTOM - 80
    rows = [
        (f'<path d="M{x} {y}h26" stroke="{_ACCENT}" stroke-width="2.5"/>', "the best found at each churn"),
        (f'<path d="M{x} {y + 22}h26" stroke="{_SOFT}" stroke-dasharray="4 4"/>', "plain half-lives"),
        (f'<path d="M{x + 13} {y + 38}l6 6l-6 6l-6 -6z" fill="{_PEER}"/>', "formulas of others"),
    ]
    return [f'{mark}<text x="{x + 36}" y="{y + 22 * row + 4}">{label}</text>' for row, (mark, label) in enumerate(rows)]

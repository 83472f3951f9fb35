"""Which articles each box of a page shows, so that no article stands on it twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

Slate = tuple[Sequence[str], int]
"""What a box could show, best first, and how much it shows at most."""


def choose_boxes(slates: Iterable[Slate], own: Collection[str] = ()) -> list[list[str]]:
    """Fill the boxes of a page in order: each shows the first of its slate that the page does not show yet.

    Parameters
    ----------
    slates
        For each box its article ids, best first, and its length; the box that has precedence first.
    own
        What no box may show: the page's own article and its translations.

    Examples
    --------
    >>> choose_boxes([("abcd", 2), ("bcae", 2), ("eabf", 2)], own={"a"})
    [['b', 'c'], ['e'], ['f']]
    """
    shown = set(own)
    boxes = []
    for slate, length in slates:
        box = [one for one in dict.fromkeys(slate) if one not in shown][:length]
        shown.update(box)
        boxes.append(box)
    return boxes

"""Names beside lines, rows and points, moved apart so that none covers another."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from experiments.drawing.marks import FAINT, INK
from experiments.drawing.svg import FONT_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Write names beside the rows of a chart, the first at the bottom."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, max(len(names), 1) - 0.4)
    axes.grid(axis="y", visible=False)


def label_ends(axes: Axes, ends: Sequence[tuple[str, float, float, str]], least: float) -> None:
    """Write names to the right of the last points of lines, apart by ``least`` of the height.

    Each end is (name, x, y, colour), in the axes' units.
    """
    ordered = sorted(ends, key=lambda end: end[2])
    to_axes = axes.transData + axes.transAxes.inverted()
    places = _apart([float(to_axes.transform((x, y))[1]) for _, x, y, _ in ordered], least)
    for (name, x, y, colour), place in zip(ordered, places, strict=True):
        axes.annotate(
            name,
            (x, y),
            (1.02, place),
            textcoords="axes fraction",
            va="center",
            ha="left",
            color=colour,
            fontsize=FONT_PT - 0.5,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "#aaaaaa", "lw": 0.6, "shrinkA": 0},
        )


def _apart(wanted_places: Sequence[float], least: float) -> list[float]:
    """Return places from 0 to 1 in order, at least so far apart, near the wanted ones.

    Examples
    --------
    >>> [round(place, 2) for place in _apart([0.5, 0.52, 0.99, 1.0], 0.1)]
    [0.5, 0.6, 0.9, 1.0]
    """
    placed: list[float] = []
    for place in wanted_places:
        placed.append(max(place, placed[-1] + least) if placed else max(place, 0.0))
    limit = 1.0
    for at in range(len(placed) - 1, -1, -1):
        placed[at] = min(placed[at], limit)
        limit = placed[at] - least
    return placed


class PointLabel(NamedTuple):
    """A name beside a point: where the point is, in the axes' units."""

    text: str
    x: float
    y: float
    bold: bool = False


class Box(NamedTuple):
    """A rectangle in points of the figure."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: Box) -> float:
        """Return the area that both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(wide, 0.0) * max(high, 0.0)

    def outside(self, frame: Box) -> float:
        """Return how far it stands out of a frame."""
        beyond = (frame.left - self.left, self.right - frame.right, frame.bottom - self.bottom, self.top - frame.top)
        return sum(max(length, 0.0) for length in beyond)


class Place(NamedTuple):
    """Where a name may stand: its box, and the end of the line that ties it to its point."""

    box: Box
    point: tuple[float, float]
    end: tuple[float, float]
    far: float


RADII_PT: Final = (8.0, 16.0, 26.0, 38.0, 52.0, 68.0, 86.0, 106.0, 128.0)
ANGLES: Final = tuple(math.radians(degrees) for degrees in (0, 180, 25, -25, 155, -155, 55, -55, 125, -125, 90, -90))
POINT_PT: Final = 5.0
"""Half the side of the square that a mark takes."""
BAR_PT: Final = 1.0
"""The same of an interval's line."""
TIED_PT: Final = 12.0
"""A name that stands farther from its point is tied to it by a line."""


def place_labels(axes: Axes, labels: Sequence[PointLabel], bars: Sequence[Box] = ()) -> None:
    """Write each name as near its point as it covers no other name and no mark, tied to it by a line where it is far.

    ``bars`` are intervals and other marks, in the axes' units, that no name should cover. The axes' limits must be set
    before. Names are placed one after the other, bold ones first (a greedy rule; Christensen, Marks and Shieber 1995,
    ACM Transactions on Graphics 14, 203-232, compare such rules).
    """
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101  axes on a page stand in a figure
    figure.draw_without_rendering()
    scale = 72.0 / figure.dpi
    frame = Box(*(scale * end for end in axes.get_window_extent().extents))
    spots = [_spot(axes, (label.x, label.y), scale) for label in labels]
    taken = [_around(spot, spot) for spot in spots]
    taken += [_around(_spot(axes, bar[:2], scale), _spot(axes, bar[2:], scale), BAR_PT) for bar in bars]
    ties: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for label, spot in sorted(zip(labels, spots, strict=True), key=lambda pair: (not pair[0].bold, -pair[1][1])):
        best = min(_places(label, spot), key=lambda place: _cost(place, frame, taken, ties))
        taken.append(best.box)
        if best.far > TIED_PT:
            ties.append((spot, best.end))
        _write(axes, label, spot, best)


def _spot(axes: Axes, point: tuple[float, float], scale: float) -> tuple[float, float]:
    x, y = axes.transData.transform(point)
    return scale * float(x), scale * float(y)


def _around(first: tuple[float, float], last: tuple[float, float], margin: float = POINT_PT) -> Box:
    return Box(first[0] - margin, first[1] - margin, last[0] + margin, last[1] + margin)


def _places(label: PointLabel, spot: tuple[float, float]) -> Iterator[Place]:
    wide, high = text_size_pt(label.text, bold=label.bold)
    for far, angle in itertools.product(RADII_PT, ANGLES):
        x, y = spot[0] + far * math.cos(angle), spot[1] + far * math.sin(angle)
        left = x - wide / 2.0 if abs(math.cos(angle)) < 0.3 else x if math.cos(angle) > 0.0 else x - wide
        bottom = y - high / 2.0 if abs(math.sin(angle)) < 0.6 else y if math.sin(angle) > 0.0 else y - high
        yield Place(Box(left, bottom, left + wide, bottom + high), spot, (x, y), far)


def _cost(
    place: Place, frame: Box, taken: Sequence[Box], ties: Sequence[tuple[tuple[float, float], tuple[float, float]]]
) -> float:
    """Return how bad a place is: out of the frame, over something, a line that crosses another, far away."""
    covers = sum(place.box.overlap(box) for box in taken)
    crossed = 0
    if place.far > TIED_PT:
        crossed = sum(_cross(place.point, place.end, *tie) for tie in ties)
    return 50.0 * place.box.outside(frame) + 5.0 * covers + 60.0 * crossed + place.far


def _cross(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    """Return whether the segments ab and cd cross."""

    def turn(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return turn(a, b, c) * turn(a, b, d) < 0.0 and turn(c, d, a) * turn(c, d, b) < 0.0


def text_size_pt(text: str, *, bold: bool = False) -> tuple[float, float]:
    """Return width and height of a name as charts write it, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal", size=FONT_PT - 0.5)
    wide, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return wide + 2.0, 1.25 * FONT_PT


def _write(axes: Axes, label: PointLabel, spot: tuple[float, float], place: Place) -> None:
    line = {"arrowstyle": "-", "color": "#8a8a8a", "lw": 0.6, "shrinkA": 0, "shrinkB": 3}
    middle = ((place.box.left + place.box.right) / 2.0, (place.box.bottom + place.box.top) / 2.0)
    axes.annotate(
        label.text,
        (label.x, label.y),
        (middle[0] - spot[0], middle[1] - spot[1]),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=FONT_PT - 0.5,
        fontweight="bold" if label.bold else "normal",
        color=INK if label.bold else FAINT,
        zorder=6,
        arrowprops=line if place.far > TIED_PT else None,
        bbox={"fc": "white", "ec": "none", "alpha": 0.75, "pad": 0.5},
    ).set_in_layout(False)

"""Charts for paper: inline SVG whose text is text, that reads in grey, and is the same every time.

The drawing library is imported when the first chart is drawn, not before: a command that draws
nothing should not wait for it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from markupsafe import escape

from experiments.funding.exhibits.elements import Chart, plain_name
from experiments.page_templates import Badge

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN: Final = 4.9
"""Narrow, so that its text is still read on a phone, where the whole chart is as wide as this."""
HEIGHT_IN: Final = 3.3
FONT_PT: Final = 9.5
INK: Final = "#1a1a1a"
FAINT: Final = "#6e6e6e"
PALE: Final = "#d9dee3"
COLOURS: Final = ("#000000", "#0072b2", "#d55e00", "#009e73", "#a3548a", "#8c6d00")
"""After Okabe and Ito's palette, the light ones darkened to be read on white and in grey."""
DASHES: Final = ("-", "--", ":", "-.", (0, (6, 2, 1, 2, 1, 2)), (0, (8, 3)))
MARKERS: Final = ("o", "s", "D", "^", "v", "P", "X", "*")


class LineStyle(NamedTuple):
    """How one alternative is drawn, in every chart alike."""

    colour: str
    dash: Any
    marker: str


def alternative_styles(names: Sequence[str]) -> dict[str, LineStyle]:
    """Return the style of each alternative.

    Examples
    --------
    >>> alternative_styles(["a", "b"])["b"]
    LineStyle(colour='#0072b2', dash='--', marker='s')
    """
    return {
        name: LineStyle(COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)], MARKERS[place % len(MARKERS)])
        for place, name in enumerate(names)
    }


@contextmanager
def open_figure(height_in: float = HEIGHT_IN) -> Iterator[tuple[Figure, Any]]:
    """Give a figure and its axes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as NewFigure

    with mpl.rc_context(rc=_settings()):
        figure = NewFigure(figsize=(WIDTH_IN, height_in), layout="constrained")
        yield figure, figure.subplots()


def _settings() -> dict[Any, Any]:
    return {
        "svg.fonttype": "none",
        "svg.hashsalt": "throughgate",
        "font.family": "DejaVu Sans",
        "font.size": FONT_PT,
        "axes.titlesize": FONT_PT,
        "axes.labelsize": FONT_PT,
        "xtick.labelsize": FONT_PT - 1.0,
        "ytick.labelsize": FONT_PT - 1.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": INK,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e2e2e2",
        "grid.linewidth": 0.6,
        "lines.linewidth": 1.6,
        "hatch.linewidth": 0.6,
        "axes.formatter.useoffset": False,
        "text.parse_math": False,
    }


def finish_chart(figure: Figure, name: str, title: str, words: str, caption: str, badge: Badge = "assumed") -> Chart:
    """Return a figure as a chart: one ``<svg>`` element with what it shows in short (title) and in full (words).

    The name is unique in the page: every id inside begins with it.
    """
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context(rc=_settings()):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return Chart(name, title, _inline(buffer.getvalue(), name, title, words), words, caption, badge)


def _inline(text: str, name: str, title: str, description: str) -> str:
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(href=")#', rf"\1#{name}-", text)
    text = text.replace("url(#", f"url(#{name}-")
    text = text.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, Arial, sans-serif")
    text = re.sub(r'(<svg [^>]*?)width="[^"]*" height="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg [^>]*?)height="[^"]*"([^>]*?)width="[^"]*"', r"\1\2", text, count=1)
    labels = f'role="img" aria-labelledby="{name}-t {name}-d" '
    head = f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>'
    start = text.index("<svg ") + len("<svg ")
    end = text.index(">", start) + 1
    body = re.sub(r"\n\s*", "\n", text[end:])
    return f"<svg {labels}{' '.join(text[start:end].split())}{head}{body}".strip()


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Write the names of alternatives beside the rows of a chart of bars."""
    axes.set_yticks(range(len(names)), [plain_name(name) for name in names])
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

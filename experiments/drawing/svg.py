"""Charts for paper: inline SVG whose text is text, that reads in grey, and is the same every time.

The drawing library is imported when the first chart is drawn, not before: a command that draws
nothing should not wait for it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from markupsafe import escape

from experiments.drawing.marks import INK
from experiments.page_templates import Badge, Chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_IN: Final = 4.9
"""Narrow, so that its text is still read on a phone, where the whole chart is as wide as this."""
HEIGHT_IN: Final = 3.3
FONT_PT: Final = 9.5


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


def finish_chart(  # noqa: PLR0913
    figure: Figure, name: str, title: str, words: str, caption: str, badge: Badge = "assumed", *, subtitle: str = ""
) -> Chart:
    """Return a figure as a chart: one ``<svg>`` element with what it shows in short (title) and in full (words).

    The name is unique in the page: every id inside begins with it.
    """
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context(rc=_settings()):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return Chart(name, title, _inline(buffer.getvalue(), name, title, words), words, caption, badge, subtitle)


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

"""The one legend of a report's figures: each alternative's line and marker as a small picture."""

from __future__ import annotations

from typing import Final

from experiments.figures import Mark

SHAPES: Final = {
    "circle": '<circle cx="24" cy="8" r="5"/>',
    "square": '<rect x="19.5" y="3.5" width="9" height="9"/>',
    "diamond": '<path d="M24 1.5 30.5 8 24 14.5 17.5 8Z"/>',
    "triangle-up": '<path d="M24 2 30 13H18Z"/>',
    "triangle-down": '<path d="M24 14 30 3H18Z"/>',
    "cross": '<path d="M22 2h4v4h4v4h-4v4h-4v-4h-4V6h4Z"/>',
    "x": '<path d="m19 5 2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3Z"/>',
    "star": '<path d="m24 1 2 5h5l-4 3 2 6-5-4-5 4 2-6-4-3h5Z"/>',
}
"""Markers by plotly's names, drawn around (24, 8)."""
DASHES: Final = {
    "solid": "",
    "dash": "8 4",
    "dot": "2 3",
    "dashdot": "8 3 2 3",
    "longdash": "12 4",
    "longdashdot": "12 3 2 3",
    "4px,2px": "4 2",
    "2px,4px": "2 4",
}


def swatch(mark: Mark) -> str:
    """Return a 48 x 16 picture of the mark as SVG.

    Examples
    --------
    >>> swatch(Mark("#000000", "solid", "circle")).startswith("<svg")
    True
    """
    return (
        '<svg class="swatch" viewBox="0 0 48 16" width="48" height="16" aria-hidden="true">'
        f'<g fill="{mark.colour}" stroke="{mark.colour}">'
        f'<path d="M0 8H48" fill="none" stroke-width="2" stroke-dasharray="{DASHES[mark.dash]}"/>'
        f'<g stroke="#fff" stroke-width="0.8">{SHAPES[mark.symbol]}</g></g></svg>'
    )

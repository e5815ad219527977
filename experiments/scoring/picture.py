"""A line over its periods as a small picture: points, intervals, ranges, and the target.

Plain SVG, drawn by the page itself, so that a card needs no drawing library and prints in grey: the
range over assumptions is a pale band, the interval a dark bar, the target a dashed line with the
good side marked by an arrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from markupsafe import Markup, escape

from experiments.scoring.phrases import goal, interval, value
from experiments.scoring.verdict_card import Row

WIDTH: Final = 260.0
STEP: Final = 18.0
"""Height of a period."""
LEFT: Final = 76.0
"""Room for the periods' labels."""
MARGIN: Final = 8.0
LABEL: Final = 11
"""Most letters of a label."""
PALE: Final = "#c9d3dc"
DARK: Final = "#1a1a1a"
BLUE: Final = "#0072b2"


def strip(row: Row, labels: tuple[str, ...]) -> Markup:
    """Return the picture of one line; empty where it says nothing.

    Parameters
    ----------
    labels : tuple of str
        One a period, as written at the left.
    """
    ends = _ends(row)
    if ends is None:
        return Markup()
    height = STEP * len(row.levels) + 6.0
    parts = [
        f'<svg class="strip" viewBox="0 0 {WIDTH:g} {height:g}" width="{WIDTH:g}" '
        f'height="{height:g}" role="img" aria-label="{escape(words(row, labels))}">',
        *_target(row, ends, height),
        *_periods(row, labels, ends),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704


def words(row: Row, labels: tuple[str, ...]) -> str:
    """Return the picture in words."""
    parts = [
        f"{label}: {value(row.line, one)} {interval(row.line, one)}"
        for label, one in zip(labels, row.levels, strict=True)
    ]
    tail = "" if row.target is None else f" Target: {goal(row)}."
    return f"{row.line.title}. {'; '.join(parts)}.{tail}"


def _ends(row: Row) -> tuple[float, float] | None:
    """Return the ends of the scale: all that is drawn, zero left out; None: nothing is."""
    numbers = [row.goal]
    for one in row.levels:
        numbers += [one.value, one.low, one.high]
        numbers += [one.range_low, one.range_high] if row.line.assumed else []
    known = [x for x in numbers if np.isfinite(x)]
    if not any(np.isfinite(one.value) for one in row.levels):
        return None
    low, high = min(known), max(known)
    room = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, high + room


def _x(number: float, ends: tuple[float, float]) -> float:
    share = (number - ends[0]) / (ends[1] - ends[0])
    return round(LEFT + share * (WIDTH - LEFT - MARGIN), 1)


def _target(row: Row, ends: tuple[float, float], height: float) -> Iterator[str]:
    if not np.isfinite(row.goal):
        return
    x = _x(row.goal, ends)
    tip = 5.0 if row.line.better == "high" else -5.0
    yield (
        f'<line x1="{x}" x2="{x}" y1="0" y2="{height:g}" stroke="{DARK}" stroke-dasharray="3 2"/>'
        f'<path d="M{x} 0 l{tip:g} 3 l{-tip:g} 3 z" fill="{DARK}"/>'
    )


def _periods(row: Row, labels: tuple[str, ...], ends: tuple[float, float]) -> Iterator[str]:
    for place, (label, one) in enumerate(zip(labels, row.levels, strict=True)):
        y = 3.0 + STEP * (place + 0.5)
        short = label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"
        yield f'<text x="0" y="{y + 4.0:g}" font-size="11" fill="#555">{escape(short)}</text>'
        if not np.isfinite(one.value):
            continue
        if row.line.assumed and one.has_range:
            yield _bar(_x(one.range_low, ends), _x(one.range_high, ends), y, 10.0, PALE)
        if one.has_interval:
            yield _bar(_x(one.low, ends), _x(one.high, ends), y, 3.0, DARK)
        fill = BLUE if place == len(labels) - 1 else "#fff"
        x = _x(one.value, ends)
        yield f'<circle cx="{x}" cy="{y:g}" r="4" fill="{fill}" stroke="{DARK}"/>'


def _bar(low: float, high: float, y: float, thick: float, colour: str) -> str:
    top, wide = y - thick / 2.0, max(high - low, 0.5)
    return f'<rect x="{low}" y="{top:g}" width="{wide:.1f}" height="{thick:g}" fill="{colour}"/>'

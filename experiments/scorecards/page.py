"""The scorecard as one page of HTML: no script, no request, plain SVG that prints in grey.

In a line's picture the range over assumptions is a pale band, the interval a dark bar, the target a
dashed line whose arrow points to the good side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from markupsafe import Markup, escape

from experiments.number_format import percent
from experiments.page_templates import Cell, Table, fill_template, page_table
from experiments.scorecards import wording
from experiments.scorecards.card import VERDICTS, JudgedLine, Scorecard, ScorecardPart
from experiments.scorecards.lines import GROUPS
from experiments.scorecards.wording import interval_text, level_text, target_text
from experiments.study.inputs import source_words

WIDTH: Final = 260.0
STEP: Final = 18.0
"""Height of a period."""
LEFT: Final = 76.0
"""Room for the periods' labels."""
MARGIN: Final = 8.0
SCALE: Final = 16.0
"""Height of the scale beneath."""
TICKS: Final = (1.0, 2.0, 5.0, 10.0)
"""Steps of a scale, times a power of ten."""
LETTER: Final = 5.5
"""Width of a letter of the scale."""
FEW_TICKS: Final = 3
"""Numbers that a scale has room for."""
LABEL: Final = 11
"""Most letters of a label."""
PALE: Final = "#c9d3dc"
DARK: Final = "#1a1a1a"
BLUE: Final = "#0072b2"
LOOKS: Final = {"on target": "on", "off target": "off", "cannot tell": "open", "no target": "none"}
"""Class of a verdict's look, by verdict."""


def line_picture(row: JudgedLine, labels: tuple[str, ...]) -> Markup:
    """Return the picture of one line, a label at the left for each period; empty where it says nothing."""
    ends = _ends(row)
    if ends is None:
        return Markup()
    height = STEP * len(row.levels) + 6.0
    whole = height + SCALE
    head = (
        f'<svg class="strip" viewBox="0 0 {WIDTH:g} {whole:g}" width="{WIDTH:g}" '
        f'height="{whole:g}" role="img" aria-label="{escape(line_picture_words(row, labels))}">'
    )
    body = [*_scale(row, ends, height), *_target(row, ends, height), *_periods(row, labels, ends)]
    return Markup("".join([head, *body, "</svg>"]))  # noqa: S704


def line_picture_words(row: JudgedLine, labels: tuple[str, ...]) -> str:
    """Return the picture in words."""
    parts = [
        f"{label}: {level_text(row.line, one)} {interval_text(row.line, one)}"
        for label, one in zip(labels, row.levels, strict=True)
    ]
    tail = "" if row.target is None else f" Target: {target_text(row)}."
    return f"{row.line.title}. {'; '.join(parts)}.{tail}"


def _ends(row: JudgedLine) -> tuple[float, float] | None:
    """Return the ends of the scale: all that is drawn, zero left out; None: nothing is."""
    if not any(np.isfinite(level.value) for level in row.levels):
        return None
    names = ("value", "low", "high", *(("range_low", "range_high") if row.line.assumed else ()))
    known = [x for level in row.levels for x in (row.goal, *(getattr(level, n) for n in names)) if np.isfinite(x)]
    low, high = min(known), max(known)
    room = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, high + room


def _x(number: float, ends: tuple[float, float]) -> float:
    return round(LEFT + (number - ends[0]) / (ends[1] - ends[0]) * (WIDTH - LEFT - MARGIN), 1)


def scale_ticks(low: float, high: float) -> list[float]:
    """Return round numbers between two ends, two or three of them where there is room for steps.

    Examples
    --------
    >>> scale_ticks(22.0, 47.0), scale_ticks(0.0, 1.06), scale_ticks(0.93, 0.96)
    ([30.0, 40.0], [0.0, 0.5, 1.0], [0.93, 0.94, 0.95, 0.96])
    """
    power = 10.0 ** math.floor(math.log10((high - low) / FEW_TICKS))
    for step in (power * tick for tick in TICKS):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first <= FEW_TICKS:
            return [round(step * place, 10) for place in range(first, last + 1)]
    return []


def _scale(row: JudgedLine, ends: tuple[float, float], height: float) -> Iterator[str]:
    """Yield the axis beneath: round numbers, and their unit at the left."""
    unit, low = row.line.unit, height + 13.0
    yield f'<text x="0" y="{low:g}" font-size="{10 if len(unit) <= LABEL else 8}" fill="#555">{escape(unit)}</text>'
    yield f'<path d="M{LEFT:g} {height:g} H{WIDTH - MARGIN:g}" stroke="{DARK}" stroke-width=".8" fill="none"/>'
    for tick in scale_ticks(*ends):
        x, words = _x(tick, ends), f"{tick:,g}"
        anchor = "end" if x + LETTER * len(words) / 2.0 > WIDTH else "middle"
        yield (
            f'<path d="M{x} {height:g} v3" stroke="{DARK}" stroke-width=".8"/>'
            f'<text x="{x}" y="{low:g}" font-size="10" fill="#555" text-anchor="{anchor}">'
            f"{escape(words)}</text>"
        )


def _target(row: JudgedLine, ends: tuple[float, float], height: float) -> Iterator[str]:
    if not np.isfinite(row.goal):
        return
    x = _x(row.goal, ends)
    tip = 5.0 if row.line.better == "high" else -5.0
    yield (
        f'<line x1="{x}" x2="{x}" y1="0" y2="{height:g}" stroke="{DARK}" stroke-dasharray="3 2"/>'
        f'<path d="M{x} 0 l{tip:g} 3 l{-tip:g} 3 z" fill="{DARK}"/>'
    )


def _periods(row: JudgedLine, labels: tuple[str, ...], ends: tuple[float, float]) -> Iterator[str]:
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
        yield f'<circle cx="{_x(one.value, ends)}" cy="{y:g}" r="4" fill="{fill}" stroke="{DARK}"/>'


def _bar(low: float, high: float, y: float, thick: float, colour: str) -> str:
    top, wide = y - thick / 2.0, max(high - low, 0.5)
    return f'<rect x="{low}" y="{top:g}" width="{wide:.1f}" height="{thick:g}" fill="{colour}"/>'


def render_scorecard(card: Scorecard) -> str:
    """Return the page; the same card gives the same bytes."""
    return fill_template(
        "scorecard.html.j2",
        title=" and ".join(part.title for part in card.parts),
        edition=card.edition,
        periods=wording.period_span(card.parts[0]),
        answer=wording.scorecard_answer(card),
        findings=wording.direction_findings(card),
        counts=[(LOOKS[v], v, card.count(v)) for v in VERDICTS],
        parts=[_part(card, part) for part in card.parts],
        several=len(card.parts) > 1,
        rule=wording.verdict_rule(card),
        high_risk=wording.high_risk_definition(card),
        withheld=wording.withheld_note(card),
        badges=sorted({row.badge for row in card.rows}),
        targets=_targets(card),
        runs=list(_runs(card)),
        coverage=percent(card.coverage, 0),
    )


def _part(card: Scorecard, part: ScorecardPart) -> dict[str, Any]:
    rows = {name: [_row(card, part, row) for row in part.rows if row.line.group == name] for name in GROUPS}
    kpp_rows = [row for row in part.rows if row.line.kpp]
    return {
        "direction": part.direction,
        "title": part.title,
        "parameters": [_row(card, part, row) for row in sorted(kpp_rows, key=lambda row: row.line.kpp)],
        "groups": [{"name": name, "rows": own} for name, own in rows.items() if own],
        "withheld": part.withheld,
    }


def _row(card: Scorecard, part: ScorecardPart, row: JudgedLine) -> dict[str, Any]:
    line, last = row.line, row.last
    return {
        "title": line.title,
        "definition": line.definition,
        "kpp": line.kpp,
        "badge": row.badge,
        "strip": line_picture(row, tuple(period.label for period in part.periods)),
        "value": wording.level_text(line, last),
        "interval": "" if row.why and row.why == last.reason else wording.interval_text(line, last),
        "range": wording.assumption_range_text(line, last),
        "detail": last.detail,
        "goal": wording.target_text(row),
        "goal_whence": wording.target_origin(row),
        "moves": wording.trend_word(card, row),
        "moves_by": wording.trend_size_text(row),
        "verdict": row.verdict_words,
        "look": LOOKS[row.verdict],
        "why": row.why,
    }


def _targets(card: Scorecard) -> Table:
    """Return where each target comes from, once for each direction."""
    rows: dict[str, tuple[str | Cell, ...]] = {}
    for part in card.parts:
        for row in part.rows:
            if row.target is not None:
                source = Cell(*source_words(row.target.note))
                cells = (f"{row.target.value:g}", wording.target_origin(row), source)
                rows.setdefault(f"scorecard.{part.direction}.{row.line.target}", cells)
    return page_table("Targets", "key", ("value", "standing", "source or reason"), rows.items(), look="inputs")


def _runs(card: Scorecard) -> Iterator[dict[str, str]]:
    """Yield how each period was made; nothing in an edition that withholds it."""
    if card.edition != "internal":
        return
    for part in card.parts:
        for period in part.periods:
            record, days = period.record, period.settings["days"]
            yield {
                "label": f"{part.direction}, {period.label}",
                "folder": str(period.folder),
                "words": f"{period.alternative_label}; seed {record['seed']}; "
                f"{len(period.metrics)} replications of {days} days from {period.settings['start_date']}, "
                f"calendar={period.settings['calendar']}; throughgate {record['throughgate']}",
                "command": f"throughgate {record['verb']} {' '.join(record['overrides'])}".strip(),
            }

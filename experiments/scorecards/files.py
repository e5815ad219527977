"""The scorecard as a table (CSV, one row a line and period) and as JSON with a schema.

``scorecard.schema.json`` beside this module says what the JSON holds. Numbers stand in the unit of
their row; what is not known is empty in the one and null in the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.scorecards import wording
from experiments.scorecards.card import WITHHELD, JudgedLine, Scorecard, ScorecardPart
from experiments.scorecards.levels import LineLevel

VERSION: Final = "1"
"""Of the shape of the JSON; it changes when a reader would have to."""


def scorecard_csv(card: Scorecard) -> str:
    """Return one row for each direction, line and period; the verdict on the last period's."""
    rows = pd.DataFrame([row for part in card.parts for row in _rows(card, part)])
    return str(rows.to_csv(index=False, lineterminator="\n"))


def _rows(card: Scorecard, part: ScorecardPart) -> Iterator[dict[str, Any]]:
    for row in part.rows:
        for period, one in zip(part.periods, row.levels, strict=True):
            judged = _judged(card, row) if period is part.periods[-1] else {}
            yield {
                "direction": part.direction,
                "port": part.title,
                "group": row.line.group,
                "line": row.line.key,
                "title": row.line.title,
                "badge": row.badge,
                "period": period.label,
                **_level(row, one),
                **judged,
            }
    for title in part.withheld:
        yield {"direction": part.direction, "port": part.title, "title": title, "verdict": "withheld"}


def _level(row: JudgedLine, level: LineLevel) -> dict[str, Any]:
    return {
        **{name: _number(getattr(level, name)) for name in ("value", "low", "high")},
        "unit": row.line.unit,
        "replications": level.n,
        "note": level.reason,
        **{name: _number(getattr(level, name)) for name in ("range_low", "range_high")},
        "range_note": level.range_words,
        "detail": level.detail,
    }


def _judged(card: Scorecard, row: JudgedLine) -> dict[str, Any]:
    low, high = (_number(end) for end in row.goal_range() or (np.nan, np.nan))
    gap = row.trend
    slope = (np.nan,) * 3 if gap is None else (gap.mean, gap.low, gap.high)
    return {
        "target": _number(row.goal),
        "target_side": None if row.target is None else wording.target_side(row),
        "target_low": low,
        "target_high": high,
        "target_source": wording.target_origin(row),
        "verdict": row.verdict,
        "why": row.why,
        "verdict_hangs_on_target": row.hangs,
        "trend": row.direction(card.alpha),
        **{name: _number(x) for name, x in zip(("trend_a_period", "trend_low", "trend_high"), slope, strict=True)},
        "trend_p_holm": _number(row.p_holm),
    }


def _number(value: float) -> float | None:
    """Return a number with nine digits, or None where there is none."""
    return float(f"{value:.9g}") if np.isfinite(value) else None


def scorecard_record(card: Scorecard) -> dict[str, Any]:
    """Return the scorecard as plain values, in the shape of ``scorecard.schema.json``."""
    return {
        "schema": VERSION,
        "edition": card.edition,
        "answer": wording.scorecard_answer(card),
        "findings": wording.direction_findings(card),
        "rule": wording.verdict_rule(card),
        "coverage": card.coverage,
        "high_risk_score": card.high_risk_score,
        "high_risk": wording.high_risk_definition(card),
        "withheld": None if card.edition == "internal" else WITHHELD,
        "parts": [_part(card, part) for part in card.parts],
    }


def _part(card: Scorecard, part: ScorecardPart) -> dict[str, Any]:
    return {
        "direction": part.direction,
        "port": part.title,
        "periods": [period.label for period in part.periods],
        "runs": [_run(period) for period in part.periods] if card.edition == "internal" else [],
        "withheld": list(part.withheld),
        "lines": [_line(card, part, row) for row in part.rows],
    }


def _run(period: Any) -> dict[str, Any]:  # noqa: ANN401
    kept = {name: period.record.get(name) for name in ("throughgate", "verb", "overrides", "seed", "commit")}
    return {"folder": str(period.folder), "alternative": period.alternative} | kept


def _line(card: Scorecard, part: ScorecardPart, row: JudgedLine) -> dict[str, Any]:
    line = row.line
    levels = [{"period": period.label} | _level(row, one) for period, one in zip(part.periods, row.levels, strict=True)]
    return {
        "line": line.key,
        "title": line.title,
        "group": line.group,
        "kpp": line.kpp or None,
        "definition": line.definition,
        "badge": row.badge,
        "better": line.better,
        "unit": line.unit,
        "levels": levels,
        **_judged(card, row),
    }

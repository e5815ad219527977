"""The scorecard itself: every line judged against its target, its trend, the answer, its editions.

A line is *on target* if the interval of its last period lies wholly on the good side of the target (the target itself
is good), *off target* if wholly on the bad side; of a line that rests on what is assumed, the range over redraws must
lie there too. Otherwise one *cannot tell*. A trend is sure only where it is so for all lines at once (Holm).

The public edition leaves out what would help a smuggler (`WITHHELD`). It is taken out of the card itself, so that
nothing made from the card can show it; titles stay, to say what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from experiments.comparison import metric_badge
from experiments.intervals import Difference, holm_adjusted
from experiments.scorecards.levels import LineLevel, line_level, line_trend
from experiments.scorecards.lines import DETECTION, FLOW, ScorecardLine, scorecard_lines
from experiments.scorecards.periods import Period
from experiments.scorecards.targets import Target

Verdict = Literal["on target", "off target", "cannot tell", "no target"]
ON: Final = "on target"
OFF: Final = "off target"
UNKNOWN: Final = "cannot tell"
NONE_SET: Final = "no target"
AS_ASSUMED: Final = "as assumed"
REDRAWS_DIFFER: Final = "redraws reach the other side"
"""Why a verdict on a predicted line holds for the assumptions as they are set, and no further."""
VERDICTS: Final[tuple[Verdict, ...]] = (ON, OFF, UNKNOWN, NONE_SET)
BOTH_WAYS: Final = (DETECTION, FLOW)
"""Groups that are meant for both directions."""
Edition = Literal["internal", "public"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    """One line of the card over its periods."""

    line: ScorecardLine
    badge: str
    """fitted, assumed or predicted"""
    levels: tuple[LineLevel, ...]
    """One a period."""
    target: Target | None
    verdict: Verdict
    why: str
    """Why one cannot tell, or on what a verdict hangs; empty otherwise."""
    hangs: bool
    """Whether the verdict would be another elsewhere in the range of an assumed target."""
    trend: Difference | None
    p_holm: float = np.nan

    @property
    def last(self) -> LineLevel:
        """The level that is judged."""
        return self.levels[-1]

    @property
    def goal(self) -> float:
        """The target in the line's unit; NaN: none."""
        return np.nan if self.target is None else self.line.scale * self.target.value

    @property
    def verdict_words(self) -> str:
        """The verdict as readers meet it: with its condition where it holds for the assumptions alone."""
        return f"{self.verdict}, {AS_ASSUMED}" if self.why == REDRAWS_DIFFER else self.verdict

    def goal_range(self) -> tuple[float, float] | None:
        """Return the range of an assumed target in the line's unit."""
        note = None if self.target is None else self.target.note
        if note is None or note.low is None or note.high is None:
            return None
        return self.line.scale * note.low, self.line.scale * note.high

    def direction(self, alpha: float) -> str:
        """Return how the line moves, or why that is not told; ``alpha`` is the chance of any false trend."""
        if self.trend is None or np.isnan(self.trend.mean):
            return "one period" if len(self.levels) < 2 else "-"
        if self.trend.mean == 0.0:
            return "unchanged"
        constant = np.isnan(self.p_holm) and self.trend.low == self.trend.high
        if not constant and not self.p_holm <= alpha:
            return "not clear"
        up = self.trend.mean > 0.0
        if self.line.better == "neither":
            return "rising" if up else "falling"
        return "better" if up == (self.line.better == "high") else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardPart:
    """One direction: its port, its periods and its lines."""

    title: str
    direction: str
    periods: tuple[Period, ...]
    rows: tuple[JudgedLine, ...]
    withheld: tuple[str, ...] = ()
    """Titles of the lines that an edition leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """The whole scorecard."""

    parts: tuple[ScorecardPart, ...]
    edition: Edition
    coverage: float
    high_risk_score: float | None
    """From which score on a truck is high-risk; None: withheld."""

    @property
    def rows(self) -> list[JudgedLine]:
        """Every line of every direction."""
        return [row for part in self.parts for row in part.rows]

    @property
    def alpha(self) -> float:
        """Chance of a false verdict that is accepted."""
        return 1.0 - self.coverage

    def count(self, verdict: Verdict) -> int:
        """Return how many lines have this verdict."""
        return sum(row.verdict == verdict for row in self.rows)


def make_scorecard(series: Sequence[Sequence[Period]], targets: Mapping[str, Mapping[str, Target]]) -> Scorecard:
    """Return the internal edition of the scorecard, from the periods of each direction in order."""
    settings = series[0][0].settings
    coverage, score = float(settings["coverage"]), float(settings["high_risk_score"])
    parts = [_part(tuple(periods), targets, coverage) for periods in series]
    if len(parts) == 1:
        parts = [replace(part, rows=tuple(_one_way(row, part.direction) for row in part.rows)) for part in parts]
    rows = [row for part in parts for row in part.rows]
    adjusted = iter(holm_adjusted([np.nan if row.trend is None else row.trend.p_value for row in rows]).tolist())
    parts = [replace(part, rows=tuple(replace(row, p_holm=next(adjusted)) for row in part.rows)) for part in parts]
    return Scorecard(parts=tuple(parts), edition="internal", coverage=coverage, high_risk_score=score)


def _part(periods: tuple[Period, ...], targets: Mapping[str, Mapping[str, Target]], coverage: float) -> ScorecardPart:
    port = periods[-1].scenario.port
    lines = scorecard_lines(periods[-1].scenario)
    rows = tuple(_row(line, periods, targets[port.direction].get(line.target), coverage) for line in lines)
    return ScorecardPart(title=port.title, direction=port.direction, periods=periods, rows=rows)


def _row(line: ScorecardLine, periods: tuple[Period, ...], target: Target | None, coverage: float) -> JudgedLine:
    levels = tuple(line_level(line, period, coverage) for period in periods)
    verdict, why = judge_line(line, levels[-1], None if target is None else target.value)
    badge = metric_badge(line.metric, fitted=periods[-1].fitted) if line.metric else "predicted"
    row = JudgedLine(
        line=line,
        badge="assumed" if line.assumed else badge,
        levels=levels,
        target=target,
        verdict=verdict,
        why=why,
        hangs=False,
        trend=line_trend(line, periods, coverage),
    )
    ends = row.goal_range() or ()
    return replace(row, hangs=any(judge_line(line, levels[-1], end / line.scale)[0] != verdict for end in ends))


def _one_way(row: JudgedLine, direction: str) -> JudgedLine:
    """Return a line that is meant for both ways with the note that the other was not given."""
    if row.line.group not in BOTH_WAYS:
        return row
    other = "northbound" if direction == "southbound" else "southbound"
    detail = "; ".join(text for text in (row.last.detail, f"{direction} alone: no {other} run was given") if text)
    return replace(row, levels=(*row.levels[:-1], replace(row.last, detail=detail)))


def judge_line(line: ScorecardLine, level: LineLevel, target: float | None) -> tuple[Verdict, str]:
    """Return the verdict on the last period, and why one cannot tell; a target that is a share is 0-1."""
    if target is None or line.better == "neither":
        return NONE_SET, ""
    if np.isnan(level.value) or not level.has_interval:
        return UNKNOWN, level.reason if np.isnan(level.value) else f"no interval: {level.reason}"
    if line.assumed and not level.has_range:
        return UNKNOWN, f"range over assumptions {level.range_words}"
    goal, high_is_good = line.scale * target, line.better == "high"
    side = _side(level.low, level.high, goal, high_is_good=high_is_good)
    reached = _side(level.range_low, level.range_high, goal, high_is_good=high_is_good) if level.has_range else side
    if side == ON and level.n_overloaded:  # a wait that is not counted reaches no target
        reached = UNKNOWN
    if side == ON and 2 * level.n_overloaded > level.n_redraws:
        return UNKNOWN, f"the port is overloaded in {level.n_overloaded} of {level.n_redraws} redraws"
    if side != UNKNOWN and (reached == side or not line.assumed):
        return side, "" if reached == side else REDRAWS_DIFFER
    return UNKNOWN, _why_unknown(line, side, reached)


def _why_unknown(line: ScorecardLine, side: Verdict, reached: Verdict) -> str:
    sides = {"interval": side} | ({"range over assumptions": reached} if line.assumed else {})
    straddles = [name for name, where in sides.items() if where == UNKNOWN]
    words = f"target within the {' and the '.join(straddles)}"
    return words if straddles else "interval and range lie on different sides"


def _side(low: float, high: float, goal: float, *, high_is_good: bool) -> Verdict:
    """Return on which side of the target an interval lies; the target itself is good.

    A ten-thousandth of a per cent is round-off, not a miss.
    """
    slack = 1e-6 * abs(goal)
    if (low >= goal - slack) if high_is_good else (high <= goal + slack):
        return ON
    if (high < goal - slack) if high_is_good else (low > goal + slack):
        return OFF
    return UNKNOWN


WITHHELD: Final = (
    "thresholds (the risk score from which on a truck is high-risk), chances of being found and "
    "what gives them away, schedules, and the settings and seeds of the runs"
)
"""In words, what the public edition leaves out beside its lines."""


def scorecard_in_edition(card: Scorecard, edition: Edition) -> Scorecard:
    """Return the card as an edition shows it."""
    if edition == "internal":
        return card
    return replace(card, edition=edition, parts=tuple(_published(part) for part in card.parts), high_risk_score=None)


def _published(part: ScorecardPart) -> ScorecardPart:
    """Return the part without its withheld lines, and without what details say of targeting."""
    kept = [row for row in part.rows if not row.line.withheld]
    for place, row in enumerate(kept):
        if row.line.special == "sharing":
            kept[place] = replace(row, levels=tuple(replace(level, detail="") for level in row.levels))
    return replace(part, rows=tuple(kept), withheld=tuple(row.line.title for row in part.rows if row.line.withheld))

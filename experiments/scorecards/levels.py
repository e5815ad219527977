"""A period and a line -> its level: the value, its interval, its range over what is assumed.

The interval is over replications and says how much luck there is in the run. The range is over redraws of all that is
assumed, from the smallest draw to the largest, and says how little is known. Levels stand in the unit of their line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.comparison import GROWING
from experiments.intervals import Difference, Sample, function_interval
from experiments.number_format import number
from experiments.report.agency_estimate import COUNTS, FEWEST_FINDS, agency_estimate
from experiments.report.tables import amount_decimals, amount_unit_words
from experiments.scorecards.lines import SCHEDULED, ScorecardLine
from experiments.scorecards.periods import Period
from experiments.study.settings import DEFAULT_PRECISION
from sim.arrays import FloatArray

NOT_COMPUTED: Final = "not computed"
FEWEST_DRAWS: Final = 5
"""With fewer draws the ends of a range say nothing."""
PARTNER_ITEMS: Final = ("declaration", "scan", "certification", "dwell")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLevel:
    """What one line says in one period; NaN and a reason where it says nothing."""

    value: float
    low: float = np.nan
    high: float = np.nan
    n: int = 0
    reason: str = ""
    range_low: float = np.nan
    range_high: float = np.nan
    range_words: str = NOT_COMPUTED
    """Of how many draws the range is, or why there is none."""
    n_overloaded: int = 0
    """Redraws that do not count because the port is overloaded in them."""
    n_redraws: int = 0
    detail: str = ""

    @property
    def has_interval(self) -> bool:
        """Whether luck is known."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    @property
    def has_range(self) -> bool:
        """Whether the range over what is assumed is known."""
        return bool(np.isfinite(self.range_low) and np.isfinite(self.range_high))


def line_level(line: ScorecardLine, period: Period, coverage: float) -> LineLevel:
    """Return what a line says in a period; ``coverage`` (0-1) is that of its interval."""
    if line.special == "agency":
        return _agency(line, period, coverage)
    if line.special:
        return _sharing(line, period) if line.special == "sharing" else _availability(line, period)
    if why := reason_absent(line, period):
        return LineLevel(value=np.nan, reason=why, range_words="")
    found = function_interval(formula_samples(line, period.metrics, period.strata), line.combine, coverage)
    low, high = line.scale * found.low, line.scale * found.high
    return LineLevel(
        value=line.scale * found.mean,
        low=low if line.signed else float(np.maximum(low, 0.0)),
        high=float(np.minimum(high, line.scale)) if line.share else high,
        n=found.n,
        reason=found.reason,
        **_range(line, period),
        detail=_amounts(line, period),
    )


def line_trend(line: ScorecardLine, periods: Sequence[Period], coverage: float) -> Difference | None:
    """Return the least-squares slope of a line over equal steps, in its unit a period.

    Of two periods that is the difference. Replication r of one period is paired with replication
    r of the others: of the same seed they meet the same luck. None: fewer than two periods in
    which the line says something, or a line that is set and not simulated.
    """
    if line.special or len(periods) < 2 or any(reason_absent(line, period) for period in periods):
        return None
    n = min(len(period.metrics) for period in periods)
    frames = [period.metrics.head(n) for period in periods]
    parts = [formula_samples(line, f, p.strata) for f, p in zip(frames, periods, strict=True)]
    size = len(line.formulas)
    steps = np.arange(len(periods)) - (len(periods) - 1) / 2.0
    weights = line.scale * steps / (steps**2).sum()

    def slope(*values: Any) -> Any:  # noqa: ANN401
        each = [line.combine(*values[size * k : size * (k + 1)]) for k in range(len(periods))]
        return sum(weight * value for weight, value in zip(weights, each, strict=True))

    return function_interval([sample for part in parts for sample in part], slope, coverage)


def reason_absent(line: ScorecardLine, period: Period) -> str:
    """Return why a line says nothing of a period; empty: it does."""
    if line.key == "insider_loss" and period.scenario.insider.helped_load_share == 0.0:
        return "nobody inside helps smugglers in this run (insider=none); insider=baseline does"
    if period.unstable and _waits(line):
        return f"unstable: {period.unstable}; its waits only say how long the run was"
    if line.assumed and not line.special and "range_low" not in (held := _range(line, period)):
        why = held.get("range_words", f"{NOT_COMPUTED}: the run has no redraws")
        return f"not shown: it rests on assumptions and its range is {why} (robustness.draws)"
    return ""


def _waits(line: ScorecardLine) -> bool:
    return any(top in GROWING for formula in line.formulas for top in formula.tops)


def formula_samples(line: ScorecardLine, frame: pd.DataFrame, strata: int | None) -> list[Sample]:
    """Return numerator and denominator of each of a line's formulas, by replication."""
    group = None if strata is None else frame["replication"].to_numpy(np.int64) % strata

    def total(columns: Sequence[str]) -> FloatArray:
        return np.asarray(frame[list(columns)].sum(axis=1, skipna=False), np.float64)

    return [
        Sample.of(formula.scale * total(formula.tops), total(formula.bottoms) if formula.bottoms else None, group)
        for formula in line.formulas
    ]


def _range(line: ScorecardLine, period: Period) -> dict[str, Any]:
    """Return the smallest and the largest value over the redraws, and of how many they are."""
    draws = period.redrawn
    if draws is None:
        return {}
    asked = len(draws)
    if _waits(line):
        draws = draws[~draws["unstable"].to_numpy(bool)]
    counts = {"n_overloaded": asked - len(draws), "n_redraws": asked}
    samples = [formula_samples(line, draws.iloc[[k]], None) for k in range(len(draws))]
    values = [line.scale * function_interval(of_draw, line.combine).mean for of_draw in samples]
    known = [value for value in values if np.isfinite(value)]
    if len(known) < FEWEST_DRAWS:
        few = f"{NOT_COMPUTED}: {len(known)} of {asked} redraws have it, {FEWEST_DRAWS} are needed"
        return counts | {"range_words": few}
    left = "" if len(draws) == asked else f" of {asked}, the rest overloaded"
    words = f"{len(known)} redraws{left}"
    return counts | {"range_low": min(known), "range_high": max(known), "range_words": words}


def _amounts(line: ScorecardLine, period: Period) -> str:
    """Return in words the amounts behind a share of the flow, a replication, with their ranges."""
    if not line.amount:
        return ""
    (whole,) = line.formulas
    seized, flow = (_amount(period, column) for column in (*whole.tops, *whole.bottoms))
    return f"{seized} of {flow} {amount_unit_words(line.amount)} in {period.settings['days']} days"


def _amount(period: Period, column: str) -> str:
    middle = float(period.metrics[column].mean())
    places, draws = amount_decimals(middle), period.redrawn
    if draws is None:
        return f"{number(middle, places)} (range {NOT_COMPUTED})"
    ends = (number(float(end), places) for end in (draws[column].min(), draws[column].max()))
    return f"{number(middle, places)} ({' to '.join(ends)})"


def _sharing(line: ScorecardLine, period: Period) -> LineLevel:
    """Return the data-sharing level: a setting, with the range of what is assumed of it."""
    sharing, ranges = period.scenario.sharing, period.assumed
    shares = {f"sharing.{item}.completeness_share": getattr(sharing, item).completeness_share for item in PARTNER_ITEMS}
    ends = [ranges.get(key, [share, share]) for key, share in shares.items()]
    value = line.scale * float(np.mean(list(shares.values())))
    tier = period.scenario.risk.tier
    heeded = "own data alone" if tier == "own" else f"shared data up to tier {tier!r}"
    tips = "tips arrive" if sharing.has_tips else "no tips"
    return LineLevel(
        value=value,
        low=value,
        high=value,
        reason="a setting, not simulated",
        range_low=line.scale * float(np.mean([low for low, _ in ends])),
        range_high=line.scale * float(np.mean([high for _, high in ends])),
        range_words="ranges of the setting",
        detail=f"targeting reads {heeded}; {tips}",
    )


def _availability(line: ScorecardLine, period: Period) -> LineLevel:
    """Return the availability that was set of the scanners, weighted by the hours for which they are scheduled."""
    columns = {column.removeprefix("scheduled_").removesuffix("_min"): column for column in SCHEDULED}
    minutes = {station: float(period.metrics[column].sum()) for station, column in columns.items()}
    scheduled = sum(minutes.values())
    if scheduled == 0.0:
        return LineLevel(value=np.nan, reason="no scanner is scheduled", range_words="")
    in_order = sum(
        share * getattr(period.scenario.scanner, station).outages.availability_share
        for station, share in minutes.items()
        if share
    )
    value = line.scale * in_order / scheduled
    return LineLevel(value=value, low=value, high=value, reason="an input, not simulated", range_words="")


def _agency(line: ScorecardLine, period: Period, coverage: float) -> LineLevel:
    """Return what random inspections would let an agency put its interdiction at."""
    counts = {name: float(period.metrics[name].sum()) for name in COUNTS}
    if counts["n_random_inspected"] == 0.0:
        return LineLevel(value=np.nan, reason="no trucks were inspected at random", range_words="")
    found = agency_estimate(period.alternative, counts, DEFAULT_PRECISION, coverage)
    if not found.tells:
        few = f"fewer than {FEWEST_FINDS} finds, random or targeted, do not tell it"
        return LineLevel(value=np.nan, reason=few, range_words="")
    low, middle, high = (line.scale * share for share in found.interdicted)
    return LineLevel(
        value=middle,
        low=low,
        high=high,
        n=len(period.metrics),
        range_words=f"{NOT_COMPUTED}: a redraw has no random stream",
        detail=f"{number(found.found, 0)} found in {number(found.inspected, 0)} random inspections",
    )

"""Wait against detection: which alternatives are worth having, and which are dominated.

An alternative is *dominated* when another one is surely better in one respect and surely not worse in the other by
more than a stated margin: superiority in one, non-inferiority in the other. "Surely better" is Holm's verdict over all
pairs; "surely not worse" is an interval of the difference that ends within the margin, for all pairs at once
(Bonferroni). Both need intervals, so that fewer replications say less and never let one dominate another. Two
alternatives are *alike* when both intervals lie within the margins on either side (equivalence). An alternative is
*dominated by a mix* when running two others on alternate days would find as many loads at a surely shorter wait.

Sources: Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, 657-680, for equivalence by interval; Berger (1982),
Technometrics 24, 295-300, for asking both at once.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from experiments.comparison import metric_samples
from experiments.execution.tuning import SCAN_SHARE, MatchedMetrics, Yardstick
from experiments.intervals import (
    Difference,
    IntervalEstimate,
    Sample,
    estimate_interval,
    function_interval,
    holm_adjusted,
    paired_difference,
)
from experiments.number_format import number
from experiments.study.settings import DEFAULT_MARGINS, AlikeMargins

WAIT: Final = "wait_mean_min"
LOADS_FOUND: Final = "detection_expected"

Status = Literal["frontier", "dominated", "mix", "unstable", "reference"]
WORTH_WAIT_MIN: Final = 0.05
WORTH_DETECTION: Final = 0.0005
"""Smaller differences print as zero: nobody is dominated by one."""


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """One alternative on the plane of wait and detection."""

    alternative: str
    wait: IntervalEstimate
    found: IntervalEstimate
    status: Status
    by: tuple[str, ...] = ()
    """Who dominates it: one alternative, or the two of a mix."""
    like: tuple[str, ...] = ()
    """Alternatives from which it surely differs by less than the margins, in both respects."""
    why: str = ""
    margins: AlikeMargins = DEFAULT_MARGINS

    def words(self) -> str:
        """Return its standing in words."""
        return {
            "unstable": f"unstable: {self.why}",
            "reference": "no choice at this port: shown for comparison",
            "mix": f"dominated by a mix of {' and '.join(self.by)}",
            "dominated": f"dominated by {' and '.join(self.by)} ({self.why})",
            "frontier": f"like {', '.join(self.like)}, {margin_words(self.margins)}"
            if self.like
            else "on the frontier",
        }[self.status]


@dataclass(frozen=True, slots=True)
class LevelComparison:
    """One alternative at the baseline's level of a yardstick, and what it finds there."""

    alternative: str
    scanned: IntervalEstimate
    """Its scan share; of another yardstick, its level of that."""
    found: IntervalEstimate
    equal: bool
    found_gap: Difference | None = None
    p_holm: float = np.nan
    wait_gap: Difference | None = None
    setting: str = ""
    """What its policy was set to so that the levels meet; empty: as the study asked."""
    why: str = ""
    """Why its level is not the baseline's."""

    def sure(self, alpha: float) -> bool:
        """Return whether it finds surely more or fewer loads than the baseline."""
        return self.found_gap is not None and self.p_holm <= alpha


def frontier_points(  # noqa: PLR0913
    metrics: pd.DataFrame,
    unstable: Mapping[str, str],
    *,
    coverage: float = 0.95,
    strata: int | None = None,
    references: Collection[str] = (),
    mixes: bool = True,
    margins: AlikeMargins = DEFAULT_MARGINS,
) -> list[FrontierPoint]:
    """Return each alternative's standing, in the order of the study; ``margins`` say what is alike.

    ``unstable`` alternatives cannot carry their load and have no wait to be compared by; ``references`` are those that
    nobody can choose, such as a port without insiders: they dominate nobody. To look for ``mixes`` of two others takes
    time by the cube of the alternatives.
    """
    waits, found = metric_samples(metrics, WAIT, strata), metric_samples(metrics, LOADS_FOUND, strata)
    stable = [name for name in waits if name not in unstable and name not in references]
    on_waits = _verdicts(waits, stable, coverage, _Respect(-1.0, WORTH_WAIT_MIN, margins.wait_min))
    on_found = _verdicts(found, stable, coverage, _Respect(1.0, WORTH_DETECTION, margins.found_share))
    points = {}
    for name in waits:
        where = (estimate_interval(waits[name], coverage), estimate_interval(found[name], coverage))
        rivals = [rival for rival in stable if rival != name and name in stable]
        by = [rival for rival in rivals if _dominates(rival, name, on_waits, on_found)]
        like = tuple(
            r for r in rivals if all(table[pair].alike for pair in ((r, name),) for table in (on_waits, on_found))
        )
        if name in unstable:
            points[name] = FrontierPoint(name, *where, "unstable", why=unstable[name])
        elif name in references:
            points[name] = FrontierPoint(name, *where, "reference")
        elif by:
            undominated = [r for r in by if not any(_dominates(s, r, on_waits, on_found) for s in stable)]
            best = max(undominated or by, key=lambda rival: estimate_interval(found[rival]).mean)
            reason = _reason(on_waits[best, name], on_found[best, name], margins)
            points[name] = FrontierPoint(name, *where, "dominated", (best,), like, reason, margins)
        else:
            points[name] = FrontierPoint(name, *where, "frontier", like=like, margins=margins)
    return list((_with_mixes(points, waits, found, coverage) if mixes else points).values())


def compare_at_equal_level(
    matched: MatchedMetrics,
    baseline: str,
    unstable: Mapping[str, str],
    *,
    yardstick: Yardstick = SCAN_SHARE,
    coverage: float = 0.95,
    strata: int | None = None,
) -> list[LevelComparison]:
    """Return the levels of a yardstick, and at equal level the paired difference in loads found.

    ``matched`` holds METRICS at the baseline's level where that can be had; Holm's adjustment is over
    the alternatives at equal level only.
    """
    reached, found = (metric_samples(matched.metrics, m, strata) for m in (yardstick.metric, LOADS_FOUND))
    waits = metric_samples(matched.metrics, WAIT, strata)
    goal = estimate_interval(reached[baseline], coverage).mean
    shares = []
    for name in reached:
        level, finds = estimate_interval(reached[name], coverage), estimate_interval(found[name], coverage)
        equal = yardstick.within(level.mean, goal) and not (yardstick.waits and name in unstable)
        gap = wait_gap = None
        if equal and name != baseline:
            gap = paired_difference(found[name], found[baseline], coverage)
            if name not in unstable and baseline not in unstable:
                wait_gap = paired_difference(waits[name], waits[baseline], coverage)
        why = "" if equal else matched.missed.get(name, "not brought near enough")
        turned = matched.settings.get(name, "")
        shares.append(LevelComparison(name, level, finds, equal, gap, np.nan, wait_gap, turned, why))
    adjusted = holm_adjusted([np.nan if share.found_gap is None else share.found_gap.p_value for share in shares])
    return [dataclasses.replace(share, p_holm=float(p)) for share, p in zip(shares, adjusted, strict=True)]


class _Respect(NamedTuple):
    """One axis of the plane: which way is better, the least difference that decides, and the margin of alike."""

    sign: float
    least: float
    margin: float


class _Verdict(NamedTuple):
    """The first of a pair against the second, in one respect."""

    gap: float
    better: bool
    """Surely."""
    not_worse: bool
    """Surely, by more than the margin."""
    alike: bool
    """Surely, within the margin."""


def _verdicts(
    samples: Mapping[str, Sample], names: list[str], coverage: float, respect: _Respect
) -> dict[tuple[str, str], _Verdict]:
    """Return of each ordered pair what is sure in one respect, for all pairs at once.

    A difference smaller than ``respect.least`` decides nothing, however sure it is.
    """
    pairs = list(itertools.combinations(names, 2))
    jointly = 1.0 - (1.0 - coverage) / max(len(pairs), 1)
    gaps = [paired_difference(samples[one], samples[other], jointly) for one, other in pairs]
    adjusted = holm_adjusted([gap.p_value for gap in gaps])
    verdicts = {}
    for (one, other), gap, p in zip(pairs, gaps, adjusted, strict=True):
        # A gap that is the same in every replication has no p value and needs none.
        certain = p <= 1.0 - coverage or (gap.low == gap.high and gap.mean != 0.0)
        matters = certain and abs(gap.mean) >= respect.least
        inside_low, inside_high = gap.low >= -respect.margin, gap.high <= respect.margin
        for pair, sign in (((one, other), respect.sign), ((other, one), -respect.sign)):
            better = bool(matters and sign * gap.mean > 0.0)
            not_worse = bool(inside_low if sign > 0.0 else inside_high)
            verdicts[pair] = _Verdict(abs(gap.mean), better, better or not_worse, bool(inside_low and inside_high))
    return verdicts


def _dominates(
    rival: str, name: str, on_waits: Mapping[tuple[str, str], _Verdict], on_found: Mapping[tuple[str, str], _Verdict]
) -> bool:
    if rival == name:
        return False
    both = (on_waits[rival, name], on_found[rival, name])
    return any(verdict.better for verdict in both) and all(verdict.not_worse for verdict in both)


def _reason(on_waits: _Verdict, on_found: _Verdict, margins: AlikeMargins) -> str:
    """Say by how much the better one is better, and within which margin it is not worse."""
    shorter = f"wait {number(on_waits.gap)} min shorter"
    more = f"{number(100.0 * on_found.gap)} points more loads detected"
    if on_waits.better and on_found.better:
        return f"{shorter}, {more}"
    if on_waits.better:
        return f"{shorter}, fewer loads detected by less than {100.0 * margins.found_share:g} points"
    return f"{more}, wait longer by less than {margins.wait_min:g} min"


def margin_words(margins: AlikeMargins) -> str:
    """Return the margins within which alternatives are called alike.

    Examples
    --------
    >>> margin_words(DEFAULT_MARGINS)
    'within 0.5 min and 0.5 points of loads'
    """
    return f"within {margins.wait_min:g} min and {100.0 * margins.found_share:g} points of loads"


def _with_mixes(
    points: dict[str, FrontierPoint], waits: Mapping[str, Sample], detections: Mapping[str, Sample], coverage: float
) -> dict[str, FrontierPoint]:
    """Mark those on the frontier that a mix of two others beats; the ends are never marked."""
    found = {name: point.found.mean for name, point in points.items() if point.status == "frontier"}
    marked = dict(points)
    for name, finds in found.items():
        pairs = (pair for pair in itertools.permutations(found, 2) if found[pair[0]] < finds < found[pair[1]])
        beaten = (pair for pair in pairs if _mix_gap((name, *pair), waits, detections, coverage).low > 0.0)
        if best := next(beaten, None):
            marked[name] = dataclasses.replace(points[name], status="mix", by=best)
    return marked


def _mix_gap(
    names: tuple[str, str, str], waits: Mapping[str, Sample], detections: Mapping[str, Sample], coverage: float
) -> Difference:
    """Return the wait of the first less that of the mix of the others that finds as many loads."""

    def gap(w: Any, d: Any, w_low: Any, d_low: Any, w_high: Any, d_high: Any) -> Any:  # noqa: ANN401
        days = (d - d_low) / (d_high - d_low)
        return w - (1.0 - days) * w_low - days * w_high

    return function_interval([table[name] for name in names for table in (waits, detections)], gap, coverage)

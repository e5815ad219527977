"""How many portals would find as many loads as shared information does.

Alternatives that read the port's own information alone, alike in all but the number of portals (and what goes with
it), give loads found by portals. One that reads what others share is worth the number at which that line, straight
between its points, finds as many. The interval is the paired jackknife of all together (`experiments.intervals`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.comparison import metric_samples
from experiments.intervals import Difference, Sample, function_interval
from experiments.number_format import listed, with_span
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND
from sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class PortalEquivalent:
    """What an alternative is worth in portals."""

    alternative: str
    portals: Difference
    """Portals that find as many with the port's own information, with their interval."""
    most: int
    """The most portals that were tried; NaN in ``portals`` says that they find fewer."""


def portal_equivalents(findings: Findings) -> list[PortalEquivalent]:
    """Return what every alternative that reads shared information is worth in portals.

    Empty where fewer than two numbers of portals were tried with the port's own information.
    """
    study = findings.study
    ladder = _ladder(study.alternatives, study.baseline)
    if len(ladder) < 2:
        return []
    samples = metric_samples(findings.metrics, LOADS_FOUND, findings.strata)
    rungs = [samples[name] for name in ladder.values()]
    return [
        PortalEquivalent(name, portals_to_match(samples[name], list(ladder), rungs, study.coverage), max(ladder))
        for name, scenario in study.alternatives.items()
        if scenario.heeds_others
    ]


def _ladder(alternatives: dict[str, Scenario], baseline: str) -> dict[int, str]:
    """Return, by number of portals, the alternatives that are like the baseline in all else."""
    base = alternatives[baseline]
    alike = {
        scenario.servers("portal"): name
        for name, scenario in reversed(alternatives.items())
        if not scenario.heeds_others
        and (scenario.policy.name, scenario.risk) == (base.policy.name, base.risk)
        and (scenario.port, scenario.threat) == (base.port, base.threat)
    }
    return dict(sorted(alike.items()))


def portals_to_match(target: Sample, portals: list[int], rungs: list[Sample], coverage: float = 0.95) -> Difference:
    """Return the number of portals at which the line through the rungs meets the target.

    ``portals`` are increasing, at least two; ``rungs`` are the loads found with so many of them, ``target`` those
    found with shared information, in the same replications. ``mean``, ``low`` and ``high`` are numbers of portals;
    NaN where the target lies beyond the rungs, or more portals do not find more.

    Examples
    --------
    >>> weeks = np.array([1.0, 1.1, 0.9])
    >>> rungs = [Sample.of(0.2 * weeks), Sample.of(0.3 * weeks)]
    >>> round(portals_to_match(Sample.of(0.25 * weeks), [4, 6], rungs).mean, 3)
    5.0
    """
    whole = [float(one.numerator.sum() / one.denominator.sum()) for one in (target, *rungs)]
    found = whole[1:]
    if not found[0] <= whole[0] <= found[-1] or (np.diff(found) <= 0.0).any():
        return Difference(np.nan, np.nan, np.nan, np.nan, len(target.strata), "beyond the rungs")
    first = min(int(np.searchsorted(found, whole[0], side="right")), len(found) - 1) - 1
    low, high = portals[first], portals[first + 1]

    def meets(goal: Any, at_low: Any, at_high: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
        return np.asarray(low + (high - low) * (goal - at_low) / (at_high - at_low))

    return function_interval([target, rungs[first], rungs[first + 1]], meets, coverage)


def portal_equivalent_clause(findings: Findings, alternative: str) -> str:
    """Return what the answer says of an alternative's worth in portals; empty: nothing."""
    worth = next((_words(one) for one in portal_equivalents(findings) if one.alternative == alternative), "")
    has = findings.study.alternatives[findings.study.baseline].servers("portal")
    return f"; with own information it would take {worth} in place of {has}" if worth else ""


def portal_equivalents_sentence(findings: Findings) -> str:
    """Return what each alternative is worth in portals, in a sentence; empty: not asked."""
    worth = listed([f"{_words(one)} as {one.alternative}" for one in portal_equivalents(findings)])
    return findings.sentences(f"With own information it takes {worth} to detect as many loads.") if worth else ""


def _words(equivalent: PortalEquivalent) -> str:
    if np.isnan(equivalent.portals.mean):
        return f"more than {equivalent.most} portals"
    return with_span(equivalent.portals, " portals")

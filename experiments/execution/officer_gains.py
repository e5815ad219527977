"""What one more officer at each hour of a weekday brings, under every rule that places the officers of a roster.

What one officer does in one hour is small beside the chance of a week. So hours are not tried singly: every run has one
officer more (`sim.setting.roster.ExtraOfficers`) in half of the hours, by a balanced design, and an hour's change is
that of all runs with an officer more in it against all without, on the same trucks. Officers of neighboring hours
stand in for each other, and what two hours do together would count as the change of a third. So every other replication
runs the design folded over (`is_folded`), in which it counts with the opposite sign: it cancels in the mean.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

import numpy as np
import pandas as pd

from experiments.comparison import metric_samples
from experiments.execution import journal
from experiments.execution.content import digest, replication_keys
from experiments.execution.parallel import Progress
from experiments.execution.replicate import Result, compile_for_run, in_study_order, run_piece, scorers_token
from experiments.intervals import Difference, Sample, holm_adjusted, paired_difference
from experiments.study.study import MONTHS, Study
from sim.algorithms.screening_design import balanced_design
from sim.arrays import BoolArray, IntArray
from sim.replication import Replication, Scorer
from sim.scenario import Scenario, replace_parts
from sim.setting.port import DayType
from sim.setting.roster import ExtraOfficers, PlacingRule, Roster, roster_shifts

MOST_REPLICATIONS: Final = 6
"""Replications of a study of one stretch of days: each is some 24 runs under every rule."""
DAY: Final[DayType] = "weekday"
DESIGNS: Final = 2
"""The balanced design and the same folded over, replication by replication."""
GAINS_OF_OFFICERS: Final = ("wait_mean_min", "detection_expected")
RULES: Final[tuple[PlacingRule, ...]] = get_args(PlacingRule)


@dataclass(frozen=True, slots=True)
class OfficerGain:
    """What one more officer at one hour of a weekday changes under one rule, beside one more in half of the others."""

    rule: str
    from_h: int
    """Above 23: in the night after."""
    gaps: dict[str, Difference]
    p_holm: dict[str, float]
    """Adjusted for all hours and rules."""

    def is_sure(self, metric: str, alpha: float) -> bool:
        """Return whether the change in a metric is sure for all hours and rules at once."""
        return self.p_holm[metric] <= alpha


def scenario_under_rule(scenario: Scenario, rule: PlacingRule) -> Scenario:
    """Return the scenario with its officers placed by another rule."""
    return _with_roster(scenario, rule=rule)


def scenario_with_officers(scenario: Scenario, hours: Iterable[int]) -> Scenario:
    """Return the scenario with one more officer in each of these hours of a weekday."""
    more = (ExtraOfficers(from_h=hour, to_h=hour + 1, officers=1, days=(DAY,)) for hour in hours)
    return _with_roster(scenario, extra=(*_roster(scenario).extra, *more))


def officer_hours_of_day(scenario: Scenario) -> list[int]:
    """Return the hours of a weekday in which the roster has officers on a shift and the port works."""
    shifts = roster_shifts(scenario.port, _roster(scenario)).get(DAY, ())
    hours = sorted({h for s in shifts for h in range(math.floor(s.from_h), math.ceil(s.to_h)) if s.officers > 0})
    return [h for h in hours if _works(scenario, h)]


def _works(scenario: Scenario, from_h: int) -> bool:
    """Return whether some post works in this hour of a weekday: an officer in it is not refused."""
    hours, last = scenario.port.hours.get(DAY), max(posts.extra_h for posts in scenario.roster_posts())
    return hours is not None and from_h + 1 > hours.open_h and from_h < hours.close_h + last


def _roster(scenario: Scenario) -> Roster:
    roster = scenario.staffing.roster
    assert roster is not None  # noqa: S101  asked of rosters only
    return roster


def _with_roster(scenario: Scenario, **changes: Any) -> Scenario:  # noqa: ANN401
    changed = dataclasses.replace(_roster(scenario), **changes)
    return replace_parts(scenario, staffing=dataclasses.replace(scenario.staffing, roster=changed))


def officer_passes(study: Study) -> tuple[int, int]:
    """Return the replications of `run_officers`, and how many runs each of them is; zeros without a roster."""
    base = study.alternatives[study.baseline]
    if base.staffing.roster is None:
        return 0, 0
    weeks = study.replications if study.calendar == "year" else min(study.replications, MOST_REPLICATIONS)
    return weeks, len(RULES) * len(balanced_design(len(officer_hours_of_day(base))))


def is_folded(replication: IntArray) -> BoolArray:
    """Return which replications run the design folded over: every other one, and of a year every other week of a month.

    Examples
    --------
    >>> is_folded(np.array([0, 1, 2, 12, 13])).tolist()
    [False, True, False, True, False]
    """
    return np.asarray((replication + replication // MONTHS) % 2 == 1)


def run_officers(study: Study, scorers: Mapping[str, Scorer], progress: Progress | None = None) -> pd.DataFrame | None:
    """Return METRICS of the baseline with more officers, under every rule; None: no roster.

    ``alternative`` is the rule and the run of the design (``by_line 15``), of the design that its replication runs.
    """
    base = study.alternatives[study.baseline]
    if base.staffing.roster is None:
        return None
    hours = np.array(officer_hours_of_day(base))
    design = balanced_design(len(hours))
    plain, folded = (
        dataclasses.replace(study, alternatives=_scenarios(base, hours, runs), replications=officer_passes(study)[0])
        for runs in (design, ~design)
    )
    compile_for_run(study.engine, [base.policy])
    work = functools.partial(_run_piece, plain, folded, scorers, scorers_token(scorers))
    keys = functools.partial(_keys, plain, folded, scorers)
    done = journal.results("officers", work, range(plain.replications), study.processes, progress, keys)
    return in_study_order(pd.DataFrame([row for result in done for row in result.rows]), plain)


def _scenarios(base: Scenario, hours: IntArray, runs: BoolArray) -> dict[str, Scenario]:
    return {
        f"{rule} {run}": scenario_with_officers(scenario_under_rule(base, rule), hours[more].tolist())
        for rule in RULES
        for run, more in enumerate(runs)
    }


def _run_piece(plain: Study, folded: Study, scorers: Mapping[str, Scorer], token: str, replication: int) -> Result:
    asked = folded if is_folded(np.array(replication)) else plain
    return run_piece(asked, scorers, token, Replication.run_levels, replication)


def _keys(plain: Study, folded: Study, scorers: Mapping[str, Scorer]) -> list[str]:
    both = zip(*(replication_keys(study, scorers) for study in (plain, folded)), strict=True)
    return [digest(*of_replication) for of_replication in both]


def officer_gains(study: Study, metrics: pd.DataFrame, strata: int | None) -> list[OfficerGain]:
    """Return what one more officer changes, rule by rule and hour by hour, from `run_officers`.

    Either design weighs the same: without ``strata`` of a year, it is the stratum of a replication.
    """
    hours = officer_hours_of_day(study.alternatives[study.baseline])
    folded = is_folded(np.sort(metrics["replication"].unique()))
    gaps = {
        metric: [gap for rule in RULES for gap in _changes(samples, rule, len(hours), folded, study.coverage)]
        for metric, samples in ((name, metric_samples(metrics, name, strata or DESIGNS)) for name in GAINS_OF_OFFICERS)
    }
    adjusted = {metric: holm_adjusted([gap.p_value for gap in of_metric]) for metric, of_metric in gaps.items()}
    return [
        OfficerGain(
            rule,
            hour,
            {metric: gaps[metric][k] for metric in gaps},
            {metric: float(adjusted[metric][k]) for metric in gaps},
        )
        for k, (rule, hour) in enumerate(itertools.product(RULES, hours))
    ]


def _changes(
    samples: Mapping[str, Sample], rule: str, n_hours: int, folded: BoolArray, coverage: float
) -> list[Difference]:
    """Return the change by each hour: all runs with an officer more in it against all without."""
    gaps = []
    for more in balanced_design(n_hours).T:
        there, elsewhere = (
            _pooled([samples[f"{rule} {run}"] for run in np.flatnonzero(side)]) for side in (more, ~more)
        )
        with_it, without = _exchanged(there, elsewhere, folded), _exchanged(elsewhere, there, folded)
        gaps.append(paired_difference(with_it, without, coverage))
    return gaps


def _exchanged(sample: Sample, other: Sample, where: BoolArray) -> Sample:
    """Return a sample whose replications are those of another one in some places."""
    top, bottom = (
        np.where(where, getattr(other, part), getattr(sample, part)) for part in ("numerator", "denominator")
    )
    return Sample(top, bottom, sample.strata)


def _pooled(samples: Sequence[Sample]) -> Sample:
    """Return several runs of the same replications as one."""
    top, bottom = (np.sum([getattr(s, part) for s in samples], axis=0) for part in ("numerator", "denominator"))
    return Sample(top, bottom, samples[0].strata)

"""What one more officer on one shift brings, under every rule that places the officers of a roster.

An officer is hired for a shift, so the hours that can be told apart are those of the roster's shifts. Each rule is run
as it is and with one more officer on each shift of a weekday, on the same trucks, and compared pair by pair.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

import pandas as pd

from experiments.comparison import metric_samples
from experiments.execution.parallel import Progress
from experiments.execution.replicate import replicate
from experiments.intervals import Difference, holm_adjusted, paired_difference
from sim.replication import Replication, Scorer
from sim.scenario import Scenario, replace_parts
from sim.setting.port import DayType, OfficerShifts
from sim.setting.roster import PlacingRule

if TYPE_CHECKING:
    from experiments.study.study import Study
MOST_REPLICATIONS: Final = 8
"""Replications of a study of one stretch of days: pairs on the same trucks are sure with few."""
DAY: Final[DayType] = "weekday"
GAINS_OF_OFFICERS: Final = ("wait_mean_min", "detection_expected")
RULES: Final[tuple[PlacingRule, ...]] = get_args(PlacingRule)
TARGET_WAIT_MIN: Final = 15.0
"""Wait that is held under ``target_wait`` where the roster has another rule, as in ``experiment=officers``."""


@dataclass(frozen=True, slots=True)
class OfficerGain:
    """What one more officer on one shift changes under one rule."""

    rule: str
    from_h: float
    to_h: float
    gaps: dict[str, Difference]
    p_holm: dict[str, float]
    """Adjusted for all shifts and rules."""

    def is_sure(self, metric: str, alpha: float) -> bool:
        """Return whether the change in a metric is sure for all shifts and rules at once."""
        return self.p_holm[metric] <= alpha


def scenario_under_rule(scenario: Scenario, rule: PlacingRule) -> Scenario:
    """Return the scenario with its officers placed by another rule; ``target_wait`` holds `TARGET_WAIT_MIN`."""
    roster = scenario.staffing.roster
    if roster is None or roster.rule == rule:
        return scenario
    return _with_roster(scenario, rule=rule, target_wait_min=TARGET_WAIT_MIN if rule == "target_wait" else None)


def scenario_with_officer(scenario: Scenario, shift: int) -> Scenario:
    """Return the scenario with one more officer on one shift of a weekday, by its place in the roster."""
    shifts = officer_shifts(scenario)
    more = tuple(
        dataclasses.replace(one, officers=one.officers + 1) if place == shift else one
        for place, one in enumerate(shifts[DAY])
    )
    return _with_roster(scenario, officers={**shifts, DAY: more})


def officer_shifts(scenario: Scenario) -> OfficerShifts:
    """Return the shifts of the roster, by kind of day, without its extra officers."""
    roster = scenario.staffing.roster
    assert roster is not None  # noqa: S101  asked of rosters only
    return dict(roster.officers or scenario.port.officers or {})


def _with_roster(scenario: Scenario, **changes: Any) -> Scenario:  # noqa: ANN401
    roster = scenario.staffing.roster
    assert roster is not None  # noqa: S101  asked of rosters only
    changed = dataclasses.replace(roster, **changes)
    return replace_parts(scenario, staffing=dataclasses.replace(scenario.staffing, roster=changed))


def run_officers(study: Study, scorers: Mapping[str, Scorer], progress: Progress | None = None) -> pd.DataFrame | None:
    """Return METRICS of the baseline under every rule, and with one more officer on each shift; None: no roster.

    ``alternative`` is the rule, or rule and shift (``by_line 2``).
    """
    base = study.alternatives[study.baseline]
    if base.staffing.roster is None:
        return None
    scenarios: dict[str, Scenario] = {}
    for rule in RULES:
        scenarios[rule] = scenario_under_rule(base, rule)
        for shift in range(len(officer_shifts(base).get(DAY, ()))):
            scenarios[f"{rule} {shift}"] = scenario_with_officer(scenarios[rule], shift)
    weeks = study.replications if study.calendar == "year" else min(study.replications, MOST_REPLICATIONS)
    beside = dataclasses.replace(study, alternatives=scenarios, replications=weeks)
    return replicate(beside, scorers, progress, Replication.run_levels).metrics


def officer_gains(study: Study, metrics: pd.DataFrame, strata: int | None) -> list[OfficerGain]:
    """Return what one more officer changes, rule by rule and shift by shift, from `run_officers`."""
    shifts = officer_shifts(study.alternatives[study.baseline]).get(DAY, ())
    samples = {metric: metric_samples(metrics, metric, strata) for metric in GAINS_OF_OFFICERS}
    cells = [(rule, place) for rule in RULES for place in range(len(shifts))]
    gaps = {
        metric: [paired_difference(found[f"{rule} {place}"], found[rule], study.coverage) for rule, place in cells]
        for metric, found in samples.items()
    }
    adjusted = {metric: holm_adjusted([gap.p_value for gap in of_metric]) for metric, of_metric in gaps.items()}
    return [
        OfficerGain(
            rule,
            shifts[place].from_h,
            shifts[place].to_h,
            {metric: gaps[metric][k] for metric in gaps},
            {metric: float(adjusted[metric][k]) for metric in gaps},
        )
        for k, (rule, place) in enumerate(cells)
    ]

"""What a study found, in one object: everything that the screen and the report show."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.comparison import compare_to_baseline, comparison_row
from experiments.execution.bottleneck import ResourceGain, resource_gains
from experiments.execution.officer_gains import OfficerGain, officer_gains
from experiments.execution.overload import overloaded_alternatives
from experiments.execution.robustness import RedrawnResults
from experiments.execution.tuning import SCAN_SHARE, YARDSTICKS, MatchedMetrics
from experiments.intervals import IntervalEstimate
from experiments.report.frontier import FrontierPoint, LevelComparison, compare_at_equal_level, frontier_points
from experiments.study.display_names import within_sentences
from experiments.study.study import MONTHS
from sim.scenario import Scenario

if TYPE_CHECKING:
    from experiments.execution.replicate import Replications
    from experiments.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Findings:
    """Tables and verdicts of one study; equal to itself alone."""

    study: Study
    metrics: pd.DataFrame
    comparison: pd.DataFrame
    points: list[FrontierPoint]
    shares: list[LevelComparison]
    """At equal realised scan share."""
    levels: dict[str, list[LevelComparison]]
    """At equal mean wait, 95th percentile of crossing and officer hours, by metric."""
    unstable: dict[str, str]
    """Alternatives that cannot carry their load, and which station."""
    saturated: dict[str, str]
    """Alternatives that inspect less than they ask for, because trucks bypass a station whose yard is full."""
    loads: dict[str, pd.DataFrame]
    """Weekly load of each alternative's stations, from theory and before the run."""
    profiles: Mapping[str, Mapping[str, npt.NDArray[np.float64]]]
    gains: list[ResourceGain]
    """What one more of each resource of the baseline would change; empty: not asked."""
    officers: list[OfficerGain]
    """What one more officer on each shift would change, by rule; empty: not asked, or no roster."""
    redrawn: RedrawnResults | None
    """How the ranking fares when what is assumed is redrawn; None: not asked."""
    plans: Mapping[str, str]
    """In words, the plan of each alternative whose policy makes one for its port."""

    @property
    def names(self) -> list[str]:
        """Alternatives in the study's order."""
        return list(self.study.alternatives)

    def label(self, alternative: str) -> str:
        """Return the name of an alternative as a reader meets it; ids are for files and machines."""
        return self.study.names.label(alternative)

    def about(self, alternative: str) -> str:
        """Return what an alternative does, in a line; empty: nobody has said."""
        return self.study.names.about(alternative)

    def sentences(self, text: str) -> str:
        """Return sentences whose alternatives, and what they are crossed with, have small letters within."""
        names = self.study.names
        parts = [part for entry in names.entries.values() for part in entry.parts or ()]
        return within_sentences(text, {*map(names.label, (*self.names, *self.study.crossed_with)), *parts})

    @property
    def alpha(self) -> float:
        """Chance of a false verdict that the study accepts."""
        return 1.0 - self.study.coverage

    @property
    def strata(self) -> int | None:
        """Replication r is of stratum r modulo this number; None: no strata."""
        return _strata(self.study)

    def row(self, alternative: str, metric: str) -> pd.Series:
        """Return one row of the comparison."""
        return comparison_row(self.comparison, alternative, metric)

    def interval(self, alternative: str, metric: str) -> IntervalEstimate:
        """Return a metric of an alternative with its interval."""
        row = self.row(alternative, metric)
        return IntervalEstimate(row["mean"], row["low"], row["high"], int(row["n"]), str(row["note"]))

    def point(self, alternative: str) -> FrontierPoint:
        """Return the alternative's standing on the frontier."""
        return next(point for point in self.points if point.alternative == alternative)


@dataclass(frozen=True, slots=True, kw_only=True)
class SideResults:
    """What was run beside the study; nothing of it is needed."""

    matched: Mapping[str, MatchedMetrics] = field(default_factory=dict)
    """The study at the baseline's level of each yardstick."""
    extra: pd.DataFrame | None = None
    """METRICS of one more of each resource."""
    officers: pd.DataFrame | None = None
    """METRICS of one more officer on each shift, under every rule."""
    redrawn: RedrawnResults | None = None
    plans: Mapping[str, str] = field(default_factory=dict)


def gather_findings(
    study: Study, replications: Replications, loads: dict[str, pd.DataFrame], besides: SideResults | None = None
) -> Findings:
    """Compute every table of a study from its replications.

    ``loads`` are ``sim.workload.weekly_load`` of each alternative, ``besides`` is what was run beside the study;
    without its ``matched``, alternatives that scan another share are not compared. RuntimeError: a replication lost
    or doubled a truck, so the model is wrong and its numbers must not go out.
    """
    metrics, base = replications.metrics, study.baseline
    lost = metrics.loc[~metrics["conserved"].astype(bool)]
    if len(lost):
        first = lost.iloc[0]
        raise RuntimeError(f"trucks are not conserved in {first['alternative']}, replication {first['replication']}")
    unstable, saturated = overloaded_alternatives(study.alternatives, loads, weekly=study.manifest is None)
    coverage, strata = study.coverage, _strata(study)
    fitted = tuple(name for name, s in study.alternatives.items() if study.manifest is None and is_fitted(s))
    table = compare_to_baseline(metrics, base, coverage=coverage, strata=strata, unstable=unstable, fitted=fitted)
    more, aside = besides or SideResults(), reference_alternatives(study)
    levels = _levels(study, metrics, more.matched, unstable)
    return Findings(
        study=study,
        metrics=metrics,
        comparison=table,
        points=frontier_points(
            metrics,
            unstable,
            coverage=coverage,
            strata=strata,
            references=aside,
            mixes=not study.crossed_with,
            margins=study.alike,
        ),
        shares=levels.pop(SCAN_SHARE.metric),
        levels=levels,
        unstable=unstable,
        saturated=saturated,
        loads=loads,
        profiles=replications.profiles,
        gains=[] if more.extra is None else resource_gains(metrics, more.extra, base, coverage, strata),
        officers=[] if more.officers is None else officer_gains(study, more.officers, strata),
        redrawn=more.redrawn and dataclasses.replace(more.redrawn, references=tuple(aside)),
        plans=more.plans,
    )


def _strata(study: Study) -> int | None:
    return MONTHS if study.calendar == "year" else None


def _levels(
    study: Study, metrics: pd.DataFrame, matched: Mapping[str, MatchedMetrics], unstable: Mapping[str, str]
) -> dict[str, list[LevelComparison]]:
    """Return the comparison at the baseline's level of each yardstick that it has."""
    return {
        stick.metric: compare_at_equal_level(
            matched.get(stick.metric, MatchedMetrics(metrics, {})),
            study.baseline,
            unstable,
            yardstick=stick,
            coverage=study.coverage,
            strata=_strata(study),
        )
        for stick in YARDSTICKS
        if not (stick.waits and study.baseline in unstable)
    }


def reference_alternatives(study: Study) -> list[str]:
    """Return the alternatives that nobody at the baseline's port can choose.

    Fewer insiders; or, where the baseline has a roster, people for every post.
    """
    base = study.alternatives[study.baseline]
    return [
        name
        for name, scenario in study.alternatives.items()
        if scenario.insider.helped_load_share != base.insider.helped_load_share
        or (base.staffing.roster is not None and scenario.staffing.roster is None)
    ]


def is_fitted(scenario: Scenario) -> bool:
    """Return whether the open lanes were set so that this very scenario waits as is observed.

    One more analyst, one per cent more trucks: such a scenario's wait is a prediction. Insiders
    change no wait; what guards against them does.
    """
    deciding = attrgetter("port", "traffic", "scanner", "staffing", "policy")
    return bool(deciding(scenario) == deciding(_practice())) and scenario.insider.name in ("none", "baseline")


@cache
def _practice() -> Scenario:
    # Late, because composing reads the disk and most of this module does not.
    from experiments.study.study import compose_scenario

    return compose_scenario(["policy=todays_practice"])

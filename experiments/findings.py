"""What a study found, in one object: everything that the screen and the report show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.bottleneck import Gain, gains
from experiments.comparison import compare, look_up
from experiments.frontier import Point, Share, equal_share, frontier
from experiments.intervals import Interval
from experiments.matched import SHARE, YARDSTICKS, Matched
from experiments.overload import overloaded
from experiments.robustness import Redrawn
from experiments.settings import MONTHS
from sim.scenario import Scenario

if TYPE_CHECKING:
    from experiments.load import Study
    from experiments.replicate import Replications


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Tables and verdicts of one study."""

    study: Study
    metrics: pd.DataFrame
    comparison: pd.DataFrame
    points: list[Point]
    shares: list[Share]
    """At equal realised scan share."""
    levels: dict[str, list[Share]]
    """At equal mean wait, 95th percentile of crossing and officer hours, by metric."""
    unstable: dict[str, str]
    """Alternatives that cannot carry their load, and which station."""
    saturated: dict[str, str]
    """Alternatives that inspect less than they ask for, because trucks pass a full yard by."""
    loads: dict[str, pd.DataFrame]
    """Weekly load of each alternative's stations, from theory and before the run."""
    profiles: Mapping[str, Mapping[str, npt.NDArray[np.float64]]]
    gains: list[Gain]
    """What one more of each resource of the baseline would change; empty: not asked."""
    redrawn: Redrawn | None
    """How the ranking fares when what is assumed is redrawn; None: not asked."""
    plans: Mapping[str, str]
    """In words, the plan of each alternative whose policy makes one for its port."""

    @property
    def names(self) -> list[str]:
        """Alternatives in the study's order."""
        return list(self.study.alternatives)

    @property
    def alpha(self) -> float:
        """Chance of a false verdict that the study accepts."""
        return 1.0 - self.study.coverage

    def row(self, alternative: str, metric: str) -> pd.Series:
        """Return one row of the comparison."""
        return look_up(self.comparison, alternative, metric)

    def interval(self, alternative: str, metric: str) -> Interval:
        """Return a metric of an alternative with its interval."""
        row = self.row(alternative, metric)
        return Interval(row["mean"], row["low"], row["high"], int(row["n"]), str(row["note"]))

    def point(self, alternative: str) -> Point:
        """Return the alternative's standing on the frontier."""
        return next(point for point in self.points if point.alternative == alternative)


@dataclass(frozen=True, slots=True, kw_only=True)
class Besides:
    """What was run beside the study; nothing of it is needed."""

    matched: Mapping[str, Matched] = field(default_factory=dict)
    """The study at the baseline's level of each yardstick."""
    extra: pd.DataFrame | None = None
    """METRICS of one more of each resource."""
    redrawn: Redrawn | None = None
    plans: Mapping[str, str] = field(default_factory=dict)


def gather(
    study: Study,
    done: Replications,
    loads: dict[str, pd.DataFrame],
    besides: Besides | None = None,
) -> Findings:
    """Compute every table of a study from its replications.

    Parameters
    ----------
    loads : dict of DataFrame
        ``sim.theory.weekly_load`` of each alternative.
    besides : Besides, optional
        What was run beside the study; without its ``matched``, alternatives that scan another share
        are not compared.

    Raises
    ------
    RuntimeError
        A replication lost or doubled a truck: the model is wrong and its numbers must not go out.
    """
    lost = done.metrics.loc[~done.metrics["conserved"].astype(bool)]
    if len(lost):
        first = lost.iloc[0]
        where = f"{first['alternative']}, replication {first['replication']}"
        raise RuntimeError(f"trucks are not conserved in {where}")
    unstable, saturated = overloaded(study.alternatives, loads)
    strata = MONTHS if study.calendar == "year" else None
    fitted = tuple(name for name, scenario in study.alternatives.items() if is_fitted(scenario))
    fitted = fitted if study.manifest is None else ()
    base, coverage = study.baseline, study.coverage
    table = compare(
        done.metrics, base, coverage=coverage, strata=strata, unstable=unstable, fitted=fitted
    )
    more = besides or Besides()
    aside = references(study)
    points = frontier(done.metrics, unstable, coverage=coverage, strata=strata, references=aside)
    levels = _levels(study, done.metrics, more.matched, unstable, strata)
    extra = more.extra
    return Findings(
        study=study,
        metrics=done.metrics,
        comparison=table,
        points=points,
        shares=levels.pop(SHARE.metric),
        levels=levels,
        unstable=unstable,
        saturated=saturated,
        loads=loads,
        profiles=done.profiles,
        gains=[] if extra is None else gains(done.metrics, extra, base, coverage, strata),
        redrawn=more.redrawn,
        plans=more.plans,
    )


def _levels(
    study: Study,
    metrics: pd.DataFrame,
    reached: Mapping[str, Matched],
    unstable: Mapping[str, str],
    strata: int | None,
) -> dict[str, list[Share]]:
    """Return the comparison at the baseline's level of each yardstick that it has."""
    return {
        stick.metric: equal_share(
            reached.get(stick.metric, Matched(metrics, {})),
            study.baseline,
            unstable,
            stick=stick,
            coverage=study.coverage,
            strata=strata,
        )
        for stick in YARDSTICKS
        if not (stick.waits and study.baseline in unstable)
    }


def references(study: Study) -> list[str]:
    """Return the alternatives that nobody at the baseline's port can choose: less help inside."""
    helped = {n: s.insider.helped_load_share for n, s in study.alternatives.items()}
    return [name for name, share in helped.items() if share != helped[study.baseline]]


def is_fitted(scenario: Scenario) -> bool:
    """Return whether the open lanes were set so that this very scenario waits as is observed.

    One more analyst, one per cent more trucks: such a scenario's wait is a prediction. Insiders
    change no wait; what guards against them does.
    """
    own, fitted = (_deciding(one) for one in (scenario, _practice()))
    return own == fitted and scenario.insider.name in ("none", "baseline")


def _deciding(scenario: Scenario) -> tuple[object, ...]:
    """Return the parts of a scenario that decide its waits."""
    parts = (scenario.port, scenario.traffic, scenario.scanner, scenario.staffing)
    return (*parts, scenario.policy)


@cache
def _practice() -> Scenario:
    # Late, because composing reads the disk and most of this module does not.
    from experiments.load import compose_scenario

    return compose_scenario(["policy=todays_practice"])

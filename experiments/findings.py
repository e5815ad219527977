"""What a study found, in one object: everything that the screen and the report show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.comparison import compare, look_up
from experiments.frontier import Point, Share, equal_share, frontier
from experiments.intervals import Interval
from experiments.wording import percent
from sim.scenario import Scenario

if TYPE_CHECKING:
    from experiments.load import Study
    from experiments.replicate import Replications

MONTHS = 12
"""Strata of a year's replications: replication r is a week of month r modulo 12."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Tables and verdicts of one study."""

    study: Study
    metrics: pd.DataFrame
    comparison: pd.DataFrame
    points: list[Point]
    shares: list[Share]
    unstable: dict[str, str]
    """Alternatives that cannot carry their load, and which station."""
    loads: dict[str, pd.DataFrame]
    """Weekly load of each alternative's stations, from theory and before the run."""
    profiles: Mapping[str, Mapping[str, npt.NDArray[np.float64]]]

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


def gather(study: Study, done: Replications, loads: dict[str, pd.DataFrame]) -> Findings:
    """Compute every table of a study from its replications.

    Parameters
    ----------
    loads : dict of DataFrame
        ``sim.theory.weekly_load`` of each alternative.

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
    unstable = overloaded(loads)
    strata = MONTHS if study.calendar == "year" else None
    fitted = tuple(name for name, scenario in study.alternatives.items() if is_fitted(scenario))
    base, coverage = study.baseline, study.coverage
    table = compare(
        done.metrics, base, coverage=coverage, strata=strata, unstable=unstable, fitted=fitted
    )
    points = frontier(done.metrics, unstable, coverage=coverage, strata=strata)
    shares = equal_share(done.metrics, base, unstable, coverage=coverage, strata=strata)
    return Findings(study, done.metrics, table, points, shares, unstable, loads, done.profiles)


def overloaded(loads: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the alternatives with a station whose weekly load exceeds its capacity, and which.

    Examples
    --------
    >>> week = pd.DataFrame({"station": ["dock"], "load_share": [1.13], "stable": [False]})
    >>> overloaded({"more_exams": week})
    {'more_exams': 'dock is asked for 113.0 % of its weekly capacity'}
    """
    blamed = {}
    for name, load in loads.items():
        over = load.loc[~load["stable"].astype(bool)]
        words = [
            f"{station} is asked for {percent(share)} of its weekly capacity"
            for station, share in zip(over["station"], over["load_share"], strict=True)
        ]
        if words:
            blamed[name] = "; ".join(words)
    return blamed


def is_fitted(scenario: Scenario) -> bool:
    """Return whether this is the practice to whose mean wait the open lanes were fitted."""
    return (
        scenario.port.name == "world_trade_bridge"
        and scenario.traffic.name == "profile"
        and scenario.staffing.name == "baseline"
        and scenario.policy.name == "todays_practice"
    )

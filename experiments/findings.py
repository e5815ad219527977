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
from experiments.matched import Matched
from experiments.settings import MONTHS
from experiments.wording import percent
from sim.scenario import Scenario
from sim.site import Segment

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
    unstable: dict[str, str]
    """Alternatives that cannot carry their load, and which station."""
    saturated: dict[str, str]
    """Alternatives that inspect less than they ask for, because trucks pass a full yard by."""
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


def gather(
    study: Study,
    done: Replications,
    loads: dict[str, pd.DataFrame],
    at_equal_share: Matched | None = None,
) -> Findings:
    """Compute every table of a study from its replications.

    Parameters
    ----------
    loads : dict of DataFrame
        ``sim.theory.weekly_load`` of each alternative.
    at_equal_share : Matched, optional
        The study at the baseline's realised scan share; without it, alternatives that scan another
        share are not compared.

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
    points = frontier(done.metrics, unstable, coverage=coverage, strata=strata)
    equal = at_equal_share or Matched(done.metrics, {})
    shares = equal_share(
        equal.metrics, base, unstable, settings=equal.settings, coverage=coverage, strata=strata
    )
    return Findings(
        study=study,
        metrics=done.metrics,
        comparison=table,
        points=points,
        shares=shares,
        unstable=unstable,
        saturated=saturated,
        loads=loads,
        profiles=done.profiles,
    )


def overloaded(
    scenarios: Mapping[str, Scenario], loads: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the alternatives that are unstable, and those that are saturated, and where.

    *Unstable*: a station is asked for more than its weekly capacity and the trucks must wait for
    it. *Saturated*: the same at a station that trucks pass by when its yard is full, so that less
    is inspected than was asked for, and waits stay finite. What such a station passes on to the
    image analysts is what it can do, not what it was asked to do.
    """
    unstable, saturated = {}, {}
    for name, load in loads.items():
        shares = dict(zip(load["station"], load["load_share"], strict=True))
        passes = {station for station in shares if _passes(scenarios[name], station)}
        if "analyst" in shares and "portal" in passes:
            shares["analyst"] /= max(shares.get("portal", 0.0), 1.0)
        over = {station: share for station, share in shares.items() if share >= 1.0}
        blocking = {s: share for s, share in over.items() if s not in passes}
        if blocking:
            unstable[name] = _asked_for(blocking)
        elif over:
            saturated[name] = _asked_for(over)
    return unstable, saturated


def _passes(scenario: Scenario, station: str) -> bool:
    """Return whether trucks pass the station by when its yard is full."""
    part = getattr(scenario.port, station, None)
    return (
        isinstance(part, Segment) and part.when_full == "suspend" and part.room_trucks is not None
    )


def _asked_for(over: Mapping[str, float]) -> str:
    words = [
        f"{station.replace('_', ' ')} is asked for {percent(share, 0)} of its weekly capacity"
        for station, share in over.items()
    ]
    return "; ".join(words)


def is_fitted(scenario: Scenario) -> bool:
    """Return whether this is the practice to whose mean wait the open lanes were fitted."""
    return (
        scenario.port.name == "world_trade_bridge"
        and scenario.traffic.name == "profile"
        and scenario.staffing.name == "baseline"
        and scenario.policy.name == "todays_practice"
    )

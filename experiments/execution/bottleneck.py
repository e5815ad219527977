"""The bottleneck ledger: which station binds at each hour, and what one more of each would change.

The *binding* station of an hour is the one for which trucks stand longest, waiting in its queue or
held upstream by its full yard (`sim.results.lost_minutes.lost_by_hour`). What would help is another question,
because a queue may only move to the next station; so one more of every resource is run as an
alternative of its own, on the same trucks, and compared pair by pair.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from experiments.comparison import metric_sample, metrics_by_alternative
from experiments.execution.parallel import Progress
from experiments.execution.replicate import replicate
from experiments.intervals import Difference, holm_adjusted, paired_difference
from sim.arrays import FloatArray
from sim.replication import Replication, Scorer
from sim.results.profiles import lost_per_day
from sim.scenario import Scenario, replace_parts
from sim.setting.staffing import lane_response
from sim.stations import SENSED_STATIONS, STATION, STATIONS

if TYPE_CHECKING:
    from experiments.study.study import Study
PREFIX: Final = "+1 "
"""Beginning of the names of the alternatives that are run for the ledger only."""
IDLE_MIN: Final = 60.0
"""In an hour in which on average less than one truck stands nothing binds."""
GAINS: Final = ("wait_mean_min", "detection_expected", "exited", "officer_h")
"""Metrics whose difference from the baseline the ledger shows."""


@dataclass(frozen=True, slots=True)
class BindingHours:
    """Hours of an average day in which one station binds."""

    from_h: int
    to_h: int
    station: str
    share: float
    """Its part of all truck-minutes lost in these hours."""
    truck_h: float
    """Truck-hours lost to it in these hours of an average day."""


@dataclass(frozen=True, slots=True)
class ResourceGain:
    """What one more of a resource changes, with intervals; Holm over all resources."""

    resource: str
    gaps: dict[str, Difference]
    p_holm: dict[str, float]

    def sure(self, metric: str, alpha: float) -> bool:
        """Return whether the change in a metric is sure for all resources at once."""
        gap = self.gaps[metric]
        certain = gap.low == gap.high and gap.mean != 0.0
        return bool(self.p_holm[metric] <= alpha or certain)


FIRST_BOUGHT: Final = ("portal", "low_energy", "canine", "analyst", "secondary", "dock")
"""The order in which one more of each is tried; sensors that are not named come after."""


def scenarios_with_one_more(scenario: Scenario) -> dict[str, Scenario]:
    """Return the scenario with one more of each resource that its port has, by resource."""
    booths = {"general booth": "lanes", "FAST booth": "fast_lanes"}
    more = {name: _booth(scenario, kind) for name, kind in booths.items() if getattr(scenario.port.primary, kind)}
    for name in dict.fromkeys((*FIRST_BOUGHT, *SENSED_STATIONS)):
        if scenario.servers(name):
            posts = STATION[name].posts
            more[STATION[name].unit] = _post(scenario, name, posts) if posts else _unit(scenario, name)
    return more


def _booth(scenario: Scenario, kind: str) -> Scenario:
    """Open one more booth at every hour, and build it where all are open at some hour.

    Where lanes follow the line, all may be: one more is built, with its officer.
    """
    primary, staffing = scenario.port.primary, scenario.staffing
    responsive = lane_response(scenario.port, staffing)
    built, extra = getattr(primary, kind), getattr(staffing, f"extra_{kind}")
    planned = [getattr(shift, kind) for day in (primary.open_by_shift or {}).values() for shift in day] or [built]
    opened: dict[str, Any] = {f"extra_{kind}": extra + 1}
    if responsive is not None and responsive.most_officers is not None:
        opened["responsive"] = dataclasses.replace(responsive, most_officers=responsive.most_officers + 1)
    if responsive is not None or max(planned) + extra >= built:
        primary = dataclasses.replace(primary, **{kind: built + 1})
    port = dataclasses.replace(scenario.port, primary=primary)
    return replace_parts(scenario, port=port, staffing=dataclasses.replace(staffing, **opened))


def _unit(scenario: Scenario, name: str) -> Scenario:
    instrument = dataclasses.replace(getattr(scenario.scanner, name), units=scenario.servers(name) + 1)
    return replace_parts(scenario, scanner=dataclasses.replace(scenario.scanner, **{name: instrument}))


def _post(scenario: Scenario, station: str, key: str) -> Scenario:
    more: dict[str, Any] = {key: scenario.servers(station) + 1}
    return replace_parts(scenario, staffing=dataclasses.replace(scenario.staffing, **more))


def study_of_extra_resources(study: Study) -> Study:
    """Return the study of one alternative for each resource of the baseline, with one more of it."""
    extras = scenarios_with_one_more(study.alternatives[study.baseline])
    named = {f"{PREFIX}{resource}": scenario for resource, scenario in extras.items()}
    return dataclasses.replace(study, alternatives=named)


def run_extra_resources(study: Study, scorers: Mapping[str, Scorer], progress: Progress | None = None) -> pd.DataFrame:
    """Return METRICS of one more of each resource, on the trucks that the study's processes have kept."""
    return replicate(study_of_extra_resources(study), scorers, progress, Replication.run_metrics).metrics


def resource_gains(
    metrics: pd.DataFrame, extra_metrics: pd.DataFrame, baseline: str, coverage: float, strata: int | None
) -> list[ResourceGain]:
    """Return what one more of each resource changes, paired replication by replication.

    ``metrics`` are METRICS of the study, ``extra_metrics`` of the ledger's own alternatives.
    """
    frames, base = metrics_by_alternative(extra_metrics), metrics_by_alternative(metrics)[baseline]
    bases = {metric: metric_sample(base, metric, strata) for metric in GAINS}
    gaps = {
        name: {m: paired_difference(metric_sample(frame, m, strata), of_base, coverage) for m, of_base in bases.items()}
        for name, frame in frames.items()
    }
    adjusted = {m: holm_adjusted([gap[m].p_value for gap in gaps.values()]) for m in GAINS}
    return [
        ResourceGain(name.removeprefix(PREFIX), gap, {m: float(adjusted[m][place]) for m in GAINS})
        for place, (name, gap) in enumerate(gaps.items())
    ]


def profile_weekdays(profiles: Mapping[str, FloatArray]) -> tuple[int, ...]:
    """Return Monday to Friday, or all days where a run holds no weekday."""
    return (0, 1, 2, 3, 4) if profiles["queue_days"][:5].sum() else tuple(range(7))


def binding_stations(profiles: Mapping[str, FloatArray]) -> list[BindingHours]:
    """Return the binding station of an average weekday, equal hours in a row put together."""
    lost = lost_per_day(dict(profiles), profile_weekdays(profiles))
    hours = [(hour, int(np.argmax(row))) for hour, row in enumerate(lost) if row.sum() >= IDLE_MIN]
    stretches = []
    # hours in a row lie as far from each other as their places do
    for (_, station), run in itertools.groupby(enumerate(hours), lambda item: (item[1][0] - item[0], item[1][1])):
        in_a_row = [hour for _, (hour, _) in run]
        part = lost[in_a_row[0] : in_a_row[-1] + 1]
        mine, name = float(part[:, station].sum()), STATIONS[station]
        stretches.append(BindingHours(in_a_row[0], in_a_row[-1] + 1, name, mine / float(part.sum()), mine / 60.0))
    return stretches
